export default {
  name: "pumping-rate",
  description: "Pumps per minute of each strain: mean and standard deviation over worms",
  inputs: ["count_record"],
  outputs: ["rate"],

  async run({ input, sink }) {
    const rates = new Map();
    for await (const { strain, pumps, seconds } of input("count_record").rows(["strain", "pumps", "seconds"])) {
      const list = rates.get(strain) ?? [];
      list.push((pumps * 60) / seconds);
      rates.set(strain, list);
    }
    for (const [strain, list] of rates) {
      const mean = list.reduce((sum, rate) => sum + rate, 0) / list.length;
      const squares = list.reduce((sum, rate) => sum + (rate - mean) ** 2, 0);
      const sd = list.length < 2 ? null : Math.sqrt(squares / (list.length - 1));
      sink("rate").write([{ strain, n: list.length, mean, sd }]);
    }
  },
};
