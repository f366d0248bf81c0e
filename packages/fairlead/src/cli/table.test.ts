import assert from "node:assert/strict";
import { test } from "node:test";
import { formatTable } from "./table.ts";

test("columns are as wide as their widest cell, lines end with the last character", () => {
  assert.equal(
    formatTable(
      ["ID", "NAME", "STATE"],
      [
        ["a", "a longer name", ""],
        ["abc", "n", "UP"],
      ],
    ),
    "ID   NAME           STATE\na    a longer name\nabc  n              UP\n",
  );
  assert.equal(formatTable(["ID"], []), "ID\n");
});
