import { dlopen, FFIType, ptr } from "bun:ffi";

// unix(7), socket(2): AF_UNIX; SOCK_DGRAM | SOCK_CLOEXEC; MSG_DONTWAIT | MSG_NOSIGNAL.
const unix = 1;
const datagramSocket = 2 | 0o2000000;
const atOnce = 0x40 | 0x4000;
// clock_gettime(2): CLOCK_MONOTONIC.
const monotonic = 1;
/** sizeof sun_path. */
const longestPath = 108;

/**
 * Sends one datagram to a unix socket, `@name` being an abstract one. It never waits and never fails: what cannot be sent
 * is lost. Bun and node have no such sockets.
 */
export function sendDatagram(path: string, text: string): void {
  const address = toAddress(path);
  if (address === null) return;
  const libc = dlopen("libc.so.6", {
    socket: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
    sendto: {
      args: [FFIType.i32, FFIType.ptr, FFIType.u64, FFIType.i32, FFIType.ptr, FFIType.u32],
      returns: FFIType.i64,
    },
    close: { args: [FFIType.i32], returns: FFIType.i32 },
  });
  const { socket, sendto, close } = libc.symbols;
  const descriptor = socket(unix, datagramSocket, 0);
  if (descriptor >= 0) {
    const message = Buffer.from(text);
    sendto(descriptor, ptr(message), message.length, atOnce, ptr(address), address.length);
    close(descriptor);
  }
  libc.close();
}

/** CLOCK_MONOTONIC in microseconds; Bun's own clocks start with the process. */
export function readMonotonicClock(): bigint {
  const libc = dlopen("libc.so.6", {
    clock_gettime: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
  });
  // struct timespec: seconds and nanoseconds.
  const time = new BigInt64Array(2);
  libc.symbols.clock_gettime(monotonic, ptr(time));
  libc.close();
  const [seconds = 0n, nanoseconds = 0n] = time;
  return seconds * 1_000_000n + nanoseconds / 1000n;
}

/** struct sockaddr_un of unix(7); an abstract name starts with a NUL and ends where the address does. */
export function toAddress(path: string): Buffer | null {
  const name = Buffer.from(path.startsWith("@") ? `\0${path.slice(1)}` : `${path}\0`);
  if (!/^[@/]/.test(path) || name.length > longestPath) return null;
  const family = Buffer.alloc(2);
  // The machine's own byte order; every machine that Bun runs on is little-endian.
  family.writeUInt16LE(unix);
  return Buffer.concat([family, name]);
}
