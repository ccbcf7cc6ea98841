/** Smaller chunks are copied together. As a separate buffer, a chunk of one byte takes hundreds of bytes of memory. */
const MIN_SEPARATE_BYTES = 4096;
const MAX_BLOCK_BYTES = 64 * 1024;

/** Chunks that a stream may have besides one for each of these bytes: every chunk costs time, however small it is. */
const MAX_SMALL_CHUNKS = 10_000;
const BYTES_PER_CHUNK = 16;

/** Collects the chunks of a stream, in memory in proportion to their bytes however small they are. */
export interface ByteCollector {
  /** Adds a chunk. Returns false if the stream has too many chunks for its bytes. */
  add(chunk: Buffer): boolean;
  /** Returns the number of collected bytes. */
  size(): number;
  /** Returns all collected bytes. */
  bytes(): Buffer;
}

/** Creates an empty collector. */
export function collectBytes(): ByteCollector {
  const parts: Buffer[] = [];
  let chunks = 0;
  let size = 0;
  let block = Buffer.alloc(0);
  let used = 0;
  const endBlock = () => {
    if (used > 0) parts.push(block.subarray(0, used));
    block = block.subarray(used);
    used = 0;
  };
  const copy = (chunk: Buffer) => {
    if (chunk.length > block.length - used) {
      endBlock();
      block = Buffer.allocUnsafeSlow(Math.min(MAX_BLOCK_BYTES, Math.max(MIN_SEPARATE_BYTES, size)));
    }
    used += chunk.copy(block, used);
  };
  return {
    add(chunk) {
      if (chunk.length < MIN_SEPARATE_BYTES) copy(chunk);
      else {
        endBlock();
        parts.push(chunk);
      }
      size += chunk.length;
      chunks += 1;
      return chunks <= MAX_SMALL_CHUNKS + size / BYTES_PER_CHUNK;
    },
    size: () => size,
    bytes() {
      endBlock();
      return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    },
  };
}
