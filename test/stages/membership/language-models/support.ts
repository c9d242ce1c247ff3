import { JsonClient } from "../../../../src/stages/membership/language-models/json-client.js";
import {
  PROBE_SENTENCE,
  type Probe,
  sentenceProbe,
} from "../../../../src/stages/membership/language-models/self-test.js";
import { ServerModel } from "../../../../src/stages/membership/language-models/server-model.js";
import type {
  ProtocolName,
  ServerProtocol,
} from "../../../../src/stages/membership/language-models/server-protocol.js";
import type { ServerSecret } from "../../../../src/stages/membership/language-models/server-secret.js";
import { sglang } from "../../../../src/stages/membership/language-models/sglang-protocol.js";
import { tgi } from "../../../../src/stages/membership/language-models/tgi-protocol.js";
import { vllmEcho, vllmPromptLogprobs } from "../../../../src/stages/membership/language-models/vllm-protocol.js";
import {
  BigramModel,
  LanguageModelServer,
  type LanguageModelServerOptions,
} from "../../../support/language-model-server.js";

export const PROTOCOLS: Readonly<Record<ProtocolName, ServerProtocol>> = {
  vllm: vllmEcho,
  "vllm-prompt-logprobs": vllmPromptLogprobs,
  sglang,
  tgi,
};

export const VOCABULARY = 64;

/** One token per word: its place among the words seen, modulo the vocabulary. */
const words = new Map<string, number>();
export function encodeWords(text: string): Int32Array {
  return Int32Array.from(text.split(" ").filter(Boolean), (word) => {
    if (!words.has(word)) words.set(word, words.size % VOCABULARY);
    return words.get(word) as number;
  });
}

export const probe: Probe = sentenceProbe(PROBE_SENTENCE, encodeWords);

/** A model that has read the sentence of the self-test. */
export const model = new BigramModel({ vocabulary: VOCABULARY, texts: [probe.prompt.ids] });

const running: LanguageModelServer[] = [];

export async function startServer(options: Partial<LanguageModelServerOptions> = {}): Promise<LanguageModelServer> {
  const server = await LanguageModelServer.start({ model, encode: (text) => [...encodeWords(text)], ...options });
  running.push(server);
  return server;
}

/** Ends the servers of a test. */
export async function stopServers(): Promise<void> {
  await Promise.all(running.splice(0).map((server) => server.stop().catch(() => {})));
}

export function client(
  url: string,
  options: { secret?: ServerSecret; attempts?: number; attempt?: number } = {},
): JsonClient {
  const { secret, attempts = 3, attempt = 20_000 } = options;
  return new JsonClient({
    url: new URL(url),
    ...(secret === undefined ? {} : { secret }),
    timing: { attempt, backOff: 5, longestWait: 2000 },
    attempts,
    parallel: 2,
  });
}

export function serverModel(
  server: LanguageModelServer,
  protocol: ServerProtocol,
  options: { topK?: number | "all"; attempts?: number; secret?: ServerSecret } = {},
): ServerModel {
  const { topK = 1, ...others } = options;
  return new ServerModel({
    protocol,
    client: client(server.url, others),
    model: "bigram",
    topK,
    vocabulary: VOCABULARY,
  });
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("it was not rejected");
}
