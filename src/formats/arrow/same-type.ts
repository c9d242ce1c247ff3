import { DataType } from "apache-arrow";

/** Whether two types hold the same values: names of list items, nullability and metadata do not count. */
export function sameType(a: DataType, b: DataType): boolean {
  if (DataType.isList(a) || DataType.isList(b)) {
    if (!DataType.isList(a) || !DataType.isList(b)) return false;
    return sameType(a.children[0]?.type as DataType, b.children[0]?.type as DataType);
  }
  if (DataType.isStruct(a) || DataType.isStruct(b)) {
    if (!DataType.isStruct(a) || !DataType.isStruct(b) || a.children.length !== b.children.length) return false;
    return a.children.every((field, index) => {
      const other = b.children[index];
      return other !== undefined && field.name === other.name && sameType(field.type, other.type);
    });
  }
  return String(a) === String(b);
}
