import { z } from "zod";
import { contextParameter, windowParameters } from "./window-parameters.js";

const serverFields = {
  protocol: z
    .enum(["vllm", "vllm-prompt-logprobs", "sglang", "tgi"])
    .default("vllm-prompt-logprobs")
    .describe(
      "how it is asked: vLLM's prompt_logprobs (the only one that tells ranks), vLLM's echo with logprobs (others speak it too), SGLang, Text Generation Inference (text in only, no maximum)",
    ),
  url: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe(
      "address of the server, without a key: http://localhost:8000. It is part of what is cached, url_variable is not",
    ),
  url_variable: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
    .nullable()
    .default(null)
    .describe("environment variable with the address, so that a server that moves is the same server"),
  model: z.string().min(1).describe("name of the model, as the server knows it"),
  name: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("name of the model in run_id; that of the model where it is not given"),
  revision: z.string().nullable().default(null).describe("revision of the model, kept in run"),
  dtype: z.string().nullable().default(null).describe("precision of its weights, kept in run"),
  key_variable: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
    .nullable()
    .default(null)
    .describe(
      "environment variable with the key of the server, which is kept nowhere. Its name must not speak of a key, token, password, secret or auth: such variables are not handed to the processes that do the work",
    ),
  top_k: z
    .union([z.int().min(0).max(1000), z.literal("all")])
    .default(1)
    .describe(
      "most probable tokens asked for at every place: 1 for the maximum; all: the whole distribution, for Min-K%++ and SURP (small vocabularies only)",
    ),
  rank_base: z
    .int()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .describe("smallest rank that the server tells; that of the protocol where it is not given"),
};

const server = z.strictObject(serverFields);

export const scoreServerParameters = z.strictObject({
  ...serverFields,
  reference: server
    .nullable()
    .default(null)
    .describe("a second model with the same tokenizer, for reference-calibrated attacks"),
  context: contextParameter(2048),
  ...windowParameters,
  batch: z
    .int()
    .min(1)
    .max(1024)
    .default(4)
    .describe("windows per request; halved where that is too much for the server"),
  concurrency: z.int().min(1).max(256).default(2).describe("requests at once per unit of work"),
  retries: z.int().min(0).max(100).default(5).describe("further attempts for a request that fails for now"),
  timeout: z.number().positive().max(86_400).default(600).describe("seconds for one request"),
  back_off: z
    .number()
    .positive()
    .max(3600)
    .default(1)
    .describe("seconds before the second attempt, doubled for each further one"),
  longest_wait: z
    .number()
    .positive()
    .max(86_400)
    .default(120)
    .describe("longest seconds between attempts; a server that asks for more is given up"),
  probe: z
    .string()
    .min(1)
    .max(10_000)
    .nullable()
    .default(null)
    .describe("sentence of the self-test, in a language that the model knows; an English one where it is not given"),
  tolerance: z
    .number()
    .positive()
    .max(1)
    .default(1e-3)
    .describe("greatest difference between two answers to the same text in the self-test, nats"),
});

export type ScoreServerParameters = z.infer<typeof scoreServerParameters>;
export type ServerParameters = z.infer<typeof server>;
