/** Sound without compression: signed little-endian integers. */
export interface Pcm {
  /** Samples a second. */
  rate: number;
  /** Bytes of one sample of one channel. */
  width: number;
  channels: number;
  data: Uint8Array;
}

/** As a file (RIFF WAVE, "Multimedia Programming Interface and Data Specifications 1.0"). */
export function renderWav({ rate, width, channels, data }: Pcm): Uint8Array<ArrayBuffer> {
  const file = Buffer.alloc(44 + data.byteLength);
  const frame = width * channels;
  file.write("RIFF", 0);
  file.writeUInt32LE(36 + data.byteLength, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * frame, 28);
  file.writeUInt16LE(frame, 32);
  file.writeUInt16LE(8 * width, 34);
  file.write("data", 36);
  file.writeUInt32LE(data.byteLength, 40);
  file.set(data, 44);
  return file;
}
