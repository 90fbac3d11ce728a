import { expect, test } from "bun:test";
import { createConnection } from "../../src/wyoming/connection.ts";

/** A socket in memory, which takes so many bytes. */
function connect({
  takes = Number.POSITIVE_INFINITY,
  mostWaiting = 1_000_000,
  answer = async () => {},
} = {}) {
  const closed = Promise.withResolvers<string>();
  const written: Uint8Array[] = [];
  let room = takes;
  const connection = createConnection(
    {
      write(bytes) {
        const sent = bytes.subarray(0, room);
        room -= sent.byteLength;
        written.push(sent);
        return sent.byteLength;
      },
      terminate: () => closed.resolve("closed"),
      timeout() {},
    },
    {
      createSession: (send) => ({
        async take(event) {
          await answer();
          send(event.type, event.data);
        },
        end() {},
      }),
      mostWaiting,
      idleSeconds: 1,
    },
  );
  return {
    connection,
    closed: closed.promise,
    written: () => Buffer.concat(written).toString(),
    give(bytes: number) {
      room += bytes;
      connection.flush();
    },
  };
}

const event = (type: string, text = "") => Buffer.from(`${JSON.stringify({ type, data: { text } })}\n`);

test("answers that a socket takes in parts arrive whole and in their order", async () => {
  const { connection, written, give } = connect({ takes: 30 });
  connection.take(Buffer.concat([event("one"), event("two")]));
  while (!written().includes('"two"')) {
    await new Promise((resolve) => setImmediate(resolve));
    give(7);
  }
  give(1000);
  expect(written().match(/"type":"\w+"/g)).toEqual(['"type":"one"', '"type":"two"']);
});

test("a client that reads no answers is closed, however slowly it asks", async () => {
  const { connection, closed } = connect({ takes: 0 });
  for (let count = 0; count < 120; count += 1) {
    connection.take(event("ping", "a".repeat(10_000)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await closed).toBe("closed");
});

test("a client that sends more than is taken while it is answered is closed", async () => {
  const { connection, closed } = connect({ mostWaiting: 50_000, answer: () => new Promise(() => {}) });
  for (let count = 0; count < 6; count += 1) connection.take(event("ping", "a".repeat(10_000)));
  expect(await closed).toBe("closed");
});

test("what comes behind bytes of another protocol is not read", async () => {
  const { connection, closed, written } = connect();
  connection.take(Buffer.from("GET / HTTP/1.1\r\n"));
  connection.take(event("ping"));
  expect(await closed).toBe("closed");
  expect(written()).toBe("");
});
