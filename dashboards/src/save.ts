/** Has the browser save something as a file. */
export function saveAs(content: Blob | string, file: string): void {
  const address = typeof content === 'string' ? content : URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = file;
  link.click();
  if (typeof content !== 'string') URL.revokeObjectURL(address);
}
