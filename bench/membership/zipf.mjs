/** Places of the table that random numbers are looked up in. */
const PLACES = 2 ** 20;

/** Token of each of many equal shares of the probability, where token k has a share of 1 / (k + 1). */
export function zipfTable(vocabulary) {
  let total = 0;
  for (let rank = 1; rank <= vocabulary; rank++) total += 1 / rank;
  const tokens = new Uint16Array(PLACES);
  for (let place = 0, token = 0, sum = 1; place < PLACES; place++) {
    while (sum / total < (place + 0.5) / PLACES) sum += 1 / (++token + 1);
    tokens[place] = token;
  }
  return tokens;
}
