import { describe, expect, it } from "vitest";
import { redact } from "../../src/base/log.js";

describe("redact", () => {
  it.each([
    ["token hf_abcdefghijKLMNOP used", "token [redacted] used"],
    ["Authorization: Bearer abc.def-ghi_123", "Authorization: Bearer [redacted]"],
    ["GET https://host/x?token=abcdef&part=1", "GET https://host/x?token=[redacted]&part=1"],
    ["https://user:pass@host/x", "https://user:[redacted]@host/x"],
    ["s3?X-Amz-Signature=deadbeef", "s3?X-Amz-Signature=[redacted]"],
  ])("hides the secret in %s", (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it("leaves ordinary talk alone", () => {
    const talk = "edges: 3707 rows from celegans/Cook2019/SI 5.xlsx in 1.2 s";
    expect(redact(talk)).toBe(talk);
  });
});
