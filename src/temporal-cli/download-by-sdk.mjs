// Run as a process of its own: the SDK can only download a server by starting it, and cannot be interrupted.
const [downloadDir] = process.argv.slice(2);
try {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const executable = { type: 'cached-download', downloadDir };
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable, log: { level: 'error', format: 'pretty' } },
  });
  await environment.teardown();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
