const NUMBERED = /^(AS|DA|DB|DD|VA|VB|VC|VD)([1-9])$/;

/** The zero-padded spelling of ventral-cord motor neurons (AS1 → AS01) that Cook, NeuronConnect, Varshney and Uzel use. */
export function zeroPadded(label: string): string {
  return label.replace(NUMBERED, "$10$2");
}
