import { afterAll, expect, test } from "bun:test";
import { askBoxes } from "../../../cli/mesh/boxes.ts";
import { parseBoxes } from "../../../src/mesh/boxes.ts";
import { BoxModels } from "../../../src/mesh/models.ts";

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch({ headers }) {
    const message = `Who is ${headers.get("authorization")}?`;
    const error = { message, type: "server_error", param: null, code: "internal_error" };
    return Response.json({ error }, { status: 500 });
  },
});
afterAll(() => server.stop(true));

test("a box that sends back the key that it was sent does not get it shown", async () => {
  const boxes = parseBoxes([`http://127.0.0.1:${server.port}=my-secret`], {});
  expect(await askBoxes(boxes, "/v1/models", BoxModels)).toMatchObject([{ problem: "Who is Bearer …?" }]);
});
