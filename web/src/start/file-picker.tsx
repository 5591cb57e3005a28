import { useState } from 'preact/hooks';

const size = (bytes: number) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

/** Files by button or by dropping them; the button is what a keyboard and a screen reader use. */
export function FilePicker({ files, onFiles }: { files: File[]; onFiles: (files: File[]) => void }) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onFiles([...(event.dataTransfer?.files ?? [])]);
  };
  return (
    <div
      class={over ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <label for="files">Usage files</label>
      <input id="files" type="file" multiple onChange={(event) => onFiles([...(event.currentTarget.files ?? [])])} />
      <p class="hint">
        {files.length === 0
          ? 'Choose files, or drop them here. Without a file you are told what to export.'
          : files.map((file) => `${file.name} (${size(file.size)})`).join(', ')}
      </p>
    </div>
  );
}
