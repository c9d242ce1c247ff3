import { expect, it } from "vitest";
import { parameters } from "../../../src/transforms/dynamic-connectome/parameters.js";
import { dynamicConnectomeContract } from "../../support/dynamic-connectome-contracts.js";
import { memoryTransformContext } from "../../support/memory-tables.js";

it("dynamic-connectome/parameters puts the parameters of all steps into one table", async () => {
  const row = (step: string, name: string) => ({ run_id: "common", step, name, value: "1" });
  const inputs = {
    affinity_parameter: [row("affinity", "clip"), row("affinity", "kernel")],
    factor_parameter: [row("factors", "rank")],
    community_parameter: [row("communities", "threshold")],
  };
  const { context, rows } = memoryTransformContext(inputs, parameters.parameters.parse({}), dynamicConnectomeContract);
  await parameters.run(context);
  expect(rows.parameter).toEqual(Object.values(inputs).flat());
});
