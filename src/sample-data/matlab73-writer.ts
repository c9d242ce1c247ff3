import { elementCount, type MatlabValue } from "../formats/matlab/matlab-value.js";
import { type WriteHdf5Attribute, type WriteHdf5Dataset, writeHdf5 } from "./hdf5-writer.js";

export interface WriteMatlab73Options {
  readonly variables: Readonly<Record<string, MatlabValue>>;
  /** Store numeric arrays in compressed chunks, as MATLAB does for large ones. */
  readonly compress?: boolean;
}

/**
 * Bytes of a MATLAB 7.3 file: HDF5 behind a block of 512 bytes, `MATLAB_class` attributes, cells and struct arrays as
 * references into `#refs#`, axes reversed. The same values give the same bytes.
 */
export function writeMatlab73(options: WriteMatlab73Options): Uint8Array {
  const writer = new Matlab73Encoder(options.compress ?? false);
  for (const [name, value] of Object.entries(options.variables)) writer.add(name, value);
  return writeHdf5({ datasets: writer.datasets, groups: writer.groups, userBlock: userBlock() });
}

function userBlock(): Uint8Array {
  const block = Buffer.alloc(512);
  block.fill(0x20, 0, 116);
  block.write("MATLAB 7.3 MAT-file, sample data", "latin1");
  block.writeUInt16LE(0x0200, 124);
  block.write("IM", 126, "latin1");
  return block;
}

class Matlab73Encoder {
  readonly datasets: Record<string, WriteHdf5Dataset> = {};
  readonly groups: Record<string, Record<string, WriteHdf5Attribute>> = {};
  private readonly compress: boolean;
  private referred = 0;

  constructor(compress: boolean) {
    this.compress = compress;
  }

  add(path: string, value: MatlabValue): void {
    const shape = [...value.dims].reverse();
    const className = value.kind === "numeric" || value.kind === "sparse" ? value.class : value.kind;
    if (elementCount(value.dims) === 0 && value.kind !== "sparse" && value.kind !== "struct") {
      this.addEmpty(path, className, value.dims);
      return;
    }
    switch (value.kind) {
      case "sparse":
        this.addSparse(path, value);
        return;
      case "struct":
        this.addStruct(path, value);
        return;
      case "cell": {
        const references = value.cells.map((cell) => this.refer(cell));
        this.datasets[path] = { shape, data: { references }, attributes: { MATLAB_class: "cell" } };
        return;
      }
      case "char":
        this.datasets[path] = {
          shape,
          data: value.units,
          attributes: { MATLAB_class: "char", MATLAB_int_decode: Int32Array.of(2) },
        };
        return;
      case "logical":
        this.datasets[path] = {
          shape,
          data: value.values,
          attributes: { MATLAB_class: "logical", MATLAB_int_decode: Int32Array.of(1) },
        };
        return;
      case "numeric": {
        const attributes = { MATLAB_class: className };
        if (value.imaginary !== null) {
          const compound = {
            real: Float64Array.from(value.real, Number),
            imag: Float64Array.from(value.imaginary, Number),
          };
          this.datasets[path] = { shape, data: { compound }, attributes };
        } else {
          const stored = this.compress
            ? { chunks: shape.map((size) => Math.min(size, 64)), filters: [{ id: 1, values: [3] }] }
            : {};
          this.datasets[path] = { shape, data: value.real, attributes, ...stored };
        }
      }
    }
  }

  private addEmpty(path: string, className: string, dims: readonly number[], fields?: readonly string[]): void {
    this.datasets[path] = {
      shape: [dims.length],
      data: BigUint64Array.from(dims, BigInt),
      attributes: {
        MATLAB_class: className,
        MATLAB_empty: Uint8Array.of(1),
        ...(fields === undefined || fields.length === 0 ? {} : { MATLAB_fields: { lists: fields } }),
      },
    };
  }

  private addStruct(path: string, value: Extract<MatlabValue, { kind: "struct" }>): void {
    const names = [...value.fields.keys()];
    const count = elementCount(value.dims);
    if (count === 0) {
      this.addEmpty(path, "struct", value.dims, names);
      return;
    }
    this.groups[path] = { MATLAB_class: "struct", ...(names.length === 0 ? {} : { MATLAB_fields: { lists: names } }) };
    for (const [name, values] of value.fields) {
      if (count === 1) this.add(`${path}/${name}`, values[0] as MatlabValue);
      else {
        const references = values.map((element) => this.refer(element));
        this.datasets[`${path}/${name}`] = { shape: [...value.dims].reverse(), data: { references } };
      }
    }
  }

  private addSparse(path: string, value: Extract<MatlabValue, { kind: "sparse" }>): void {
    this.groups[path] = { MATLAB_class: value.class, MATLAB_sparse: BigUint64Array.of(BigInt(value.dims[0])) };
    const entries = value.real.length;
    this.datasets[`${path}/jc`] = {
      shape: [value.columnStarts.length],
      data: BigUint64Array.from(value.columnStarts, BigInt),
    };
    if (entries === 0) return;
    this.datasets[`${path}/ir`] = { shape: [entries], data: BigUint64Array.from(value.rowIndices, BigInt) };
    this.datasets[`${path}/data`] = {
      shape: [entries],
      data:
        value.imaginary !== null
          ? { compound: { real: value.real, imag: value.imaginary } }
          : value.class === "logical"
            ? Uint8Array.from(value.real)
            : value.real,
    };
  }

  private refer(value: MatlabValue): string {
    this.referred += 1;
    const path = `#refs#/${this.referred.toString(36)}`;
    this.add(path, value);
    return path;
  }
}
