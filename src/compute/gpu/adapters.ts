export interface AdapterDescription {
  readonly name: string;
  readonly driver: string;
  readonly software: boolean;
}

/** The hardware adapter that `gpu` opens, undefined where there is none. */
export async function hardwareAdapter(): Promise<AdapterDescription | undefined> {
  return undefined;
}
