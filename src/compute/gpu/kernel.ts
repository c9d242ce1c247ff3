/** Text of a compute shader and how its operands are bound. */
export interface Kernel {
  /** For error messages. */
  readonly name: string;
  readonly text: string;
  readonly operands: readonly KernelOperand[];
  /** Names of its parameters, in the order of the uniform buffer. */
  readonly parameters: readonly (readonly [string, "u32" | "f32"])[];
}

export interface KernelOperand {
  readonly name: string;
  readonly element: "f32" | "u32";
  readonly written: boolean;
}

export interface KernelSource {
  readonly name: string;
  /** Buffers that are read: name → element; `x` is used as `x[x_at + …]`. */
  readonly reads?: Readonly<Record<string, "f32" | "u32">>;
  readonly writes: readonly string[];
  readonly parameters?: Readonly<Record<string, "u32" | "f32">>;
  /** Invocations of a workgroup. */
  readonly invocations: number;
  /** Declarations outside of the main function. */
  readonly declarations?: string;
  /** Statements with `group` (u32, folded), `lane` (u32) and the parameters as `p.name` in scope. */
  readonly body: string;
}

/** Storage buffers of one kernel; the least that the standard promises is 8. */
export const MOST_OPERANDS = 8;

/**
 * Builds a kernel. Groups are numbered over the first two dimensions of the dispatch, from `p.first` up to `p.last`
 * (parameters that are always there), since one dimension ends at 65,535; each operand has a parameter `NAME_at`, where
 * the part that was asked for begins in what is bound.
 */
export function kernel(source: KernelSource): Kernel {
  const reads = Object.entries(source.reads ?? {});
  const operands: KernelOperand[] = [
    ...reads.map(([name, element]) => ({ name, element, written: false })),
    ...source.writes.map((name) => ({ name, element: "f32" as const, written: true })),
  ];
  const parameters: [string, "u32" | "f32"][] = [
    ["first", "u32"],
    ["last", "u32"],
    ...operands.map(({ name }): [string, "u32"] => [`${name}_at`, "u32"]),
    ...Object.entries(source.parameters ?? {}),
  ];
  const bindings = operands.map(({ name, element, written }, index) => {
    const access = written ? "read_write" : "read";
    return `@group(0) @binding(${index + 1}) var<storage, ${access}> ${name}: array<${element}>;`;
  });
  const text = `struct Parameters {
${parameters.map(([name, type]) => `  ${name}: ${type},`).join("\n")}
}
@group(0) @binding(0) var<uniform> p: Parameters;
${bindings.join("\n")}
${source.declarations ?? ""}
@compute @workgroup_size(${source.invocations})
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group = p.first + workgroup.y * workgroups.x + workgroup.x;
  if (group >= p.last) { return; }
${source.body}
}
`;
  return { name: source.name, text, operands, parameters };
}

/** `count` copies of a text, `#` being the number of the copy: what shader compilers keep in registers. */
export function repeat(count: number, text: string, separator = "\n"): string {
  return Array.from({ length: count }, (_, at) => text.replaceAll("#", String(at))).join(separator);
}

const kernels = new Map<string, Kernel>();

/** Kernels by key: texts are made once for each rank and variant. */
export function cached(key: string, make: () => Kernel): Kernel {
  let made = kernels.get(key);
  if (made === undefined) {
    made = make();
    kernels.set(key, made);
  }
  return made;
}
