/**
 * Runs before every test file: tests that start the command line must not see the settings of the person who runs
 * them. The folder of real files stays known to `realData`.
 */
if (process.env.NEUROTABLES_SOURCES !== undefined) {
  process.env.NEUROTABLES_TEST_SOURCES = process.env.NEUROTABLES_SOURCES;
}
delete process.env.NEUROTABLES_SOURCES;
delete process.env.NEUROTABLES_HOME;
