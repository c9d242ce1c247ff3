/** What describes the hardware gpu of this machine; or why there is none. */
export async function hardwareGpu() {
  const { openDevice } = await import("../../dist/compute/device/open-device.js");
  try {
    const device = await openDevice("gpu");
    const { adapter, driver, limits } = device.description;
    await device.close();
    return { adapter, driver, limits };
  } catch (error) {
    return { reason: error.message };
  }
}
