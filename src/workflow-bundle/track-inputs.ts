import type { BundleOptions } from '@temporalio/worker';

type WebpackHook = NonNullable<BundleOptions['webpackConfigHook']>;

/** What a bundling read, and where it looked for a module in vain: a file that appears there would be taken instead. */
export type Inputs = { read: Iterable<string>; missed: Iterable<string> };

/** Hook of the bundler's configuration that hands over what the bundling depends on. */
export const trackInputs =
  (onInputs: (inputs: Inputs) => void, { after = (config) => config }: { after?: WebpackHook } = {}): WebpackHook =>
  (given) => {
    const config = after(given);
    return {
      ...config,
      // Webpack's short cuts for modules that were found before do not tell where it looked.
      module: { ...config.module, unsafeCache: false },
      resolve: { ...config.resolve, unsafeCache: false },
      plugins: [
        ...(config.plugins ?? []),
        (compiler) =>
          compiler.hooks.afterCompile.tap('baton', ({ fileDependencies, missingDependencies }) =>
            onInputs({ read: fileDependencies, missed: missingDependencies }),
          ),
      ],
    };
  };
