// 8 kHz, 8 bits, mono: the smallest that every browser plays.
const SAMPLES_PER_SECOND = 8_000;

/** Makes a sound file of nothing, `seconds` long (RIFF WAVE, PCM). */
export function silentWav(seconds: number): Buffer {
  const numBytes = SAMPLES_PER_SECOND * seconds;
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + numBytes, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLES_PER_SECOND, 24);
  header.writeUInt32LE(SAMPLES_PER_SECOND, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write("data", 36);
  header.writeUInt32LE(numBytes, 40);
  return Buffer.concat([header, Buffer.alloc(numBytes, 128)]);
}
