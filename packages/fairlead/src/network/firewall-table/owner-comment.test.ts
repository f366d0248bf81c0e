import assert from "node:assert/strict";
import { test } from "node:test";
import { isOfNetwork, ownerComment } from "./owner-comment.ts";

const owner = { network: "blue", containerId: "c1", ifName: "eth0" };

test("a comment names network, container and interface", () => {
  assert.equal(ownerComment(owner), "blue c1 eth0");
  assert.ok(isOfNetwork("blue c1 eth0", "blue"));
  assert.ok(
    !isOfNetwork("blue c1 eth0", "blu") && !isOfNetwork("blue2 c1 eth0", "blue") && !isOfNetwork(undefined, "blue"),
  );
});

test("long names are told apart all the same, and fit", () => {
  const network = "n".repeat(300);
  const comment = ownerComment({ network, containerId: "c".repeat(300), ifName: "i".repeat(15) });
  assert.ok(comment.length <= 251, `${comment.length}`);
  assert.notEqual(comment, ownerComment({ network, containerId: "c".repeat(299), ifName: "i".repeat(15) }));
  assert.ok(isOfNetwork(comment, network));
  assert.ok(!isOfNetwork(comment, "n".repeat(299)));
  const longest = { network: "n".repeat(100), containerId: "c".repeat(100), ifName: "i".repeat(15) };
  assert.equal(ownerComment(longest).length, 217);
});
