/** Columns of `token_score` that hold what a model says of a token, with their names in `WindowScores`. */
export const SCORE_COLUMNS = {
  logprob: "logprob",
  max_logprob: "maxLogprob",
  rank: "rank",
  mu: "mu",
  m2: "m2",
  mu_uniform: "muUniform",
  sd_uniform: "sdUniform",
} as const;
