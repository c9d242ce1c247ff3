import type { Command, FloatBuffer, LeadingModes } from "../device/command.js";
import { FloatSizes, type Plan } from "./plan.js";
import { planCombineGrams, planFactorUpdate, planFitTerms, planGramProduct, planGroupGrams } from "./plan-factors.js";
import { planMatrixProduct } from "./plan-matrix.js";
import { planLeadingModes, planMttkrp } from "./plan-tensors.js";
import { planCopy, planImputeEntries, planProjectRows, planReduceRows } from "./plan-vectors.js";

/** Adds the phases of one command, which fits its operands. @throws {DeviceError} `device/memory` */
export function planCommand(plan: Plan, command: Command): void {
  const sizes = new FloatSizes(floatOperand(command).type);
  plan.begin(sizes);
  switch (command.kind) {
    case "matrixProduct":
      planMatrixProduct(plan, sizes, command);
      return;
    case "mttkrp":
      planMttkrp(plan, sizes, command);
      return;
    case "gramProduct":
      planGramProduct(plan, sizes, command);
      return;
    case "groupGrams":
      planGroupGrams(plan, sizes, command);
      return;
    case "combineGrams":
      planCombineGrams(plan, command);
      return;
    case "factorUpdate":
      planFactorUpdate(plan, sizes, command);
      return;
    case "leadingModes":
      if (!planLeadingModes(plan, sizes, command)) planSteps(plan, sizes, command);
      return;
    case "fitTerms":
      planFitTerms(plan, sizes, command);
      return;
    case "imputeEntries":
      planImputeEntries(plan, command);
      return;
    case "reduceRows":
      planReduceRows(plan, sizes, command);
      return;
    case "projectRows":
      planProjectRows(plan, command);
      return;
    case "copy":
      planCopy(plan, sizes, command);
      return;
  }
}

/** Mode 0, update, mode 1 as commands of their own: every one of them can be shared out among threads. */
function planSteps(plan: Plan, sizes: FloatSizes, command: LeadingModes): void {
  const { tensor, factors, rank, out } = command;
  const rows = tensor.shape[0];
  const numerator = plan.temporaryBuffer(out.type, rows * rank);
  planMttkrp(plan, sizes, { kind: "mttkrp", tensor, mode: 0, factors, rank, out: numerator });
  planFactorUpdate(plan, sizes, { ...command, kind: "factorUpdate", factor: factors[0], rows, numerator });
  planMttkrp(plan, sizes, { kind: "mttkrp", tensor, mode: 1, factors, rank, out });
}

/** An operand that has the float type of the command. */
function floatOperand(command: Command): FloatBuffer {
  switch (command.kind) {
    case "matrixProduct":
      return command.left.buffer;
    case "mttkrp":
      return command.out;
    case "gramProduct":
    case "combineGrams":
    case "groupGrams":
    case "leadingModes":
      return command.out;
    case "factorUpdate":
    case "fitTerms":
      return command.factor;
    case "imputeEntries":
      return command.tensor.values;
    case "reduceRows":
    case "projectRows":
      return command.values;
    case "copy":
      return command.from;
  }
}
