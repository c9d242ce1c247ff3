import { UsageError } from "../../base/errors.js";
import { JsonClient } from "./language-models/json-client.js";
import { ServerModel } from "./language-models/server-model.js";
import type { ProtocolName, ServerProtocol } from "./language-models/server-protocol.js";
import { ServerSecret } from "./language-models/server-secret.js";
import { sglang } from "./language-models/sglang-protocol.js";
import { tgi } from "./language-models/tgi-protocol.js";
import { vllmEcho, vllmPromptLogprobs } from "./language-models/vllm-protocol.js";
import type { ScoreServerParameters, ServerParameters } from "./score-server-parameters.js";

const PROTOCOLS: Readonly<Record<ProtocolName, ServerProtocol>> = {
  vllm: vllmEcho,
  "vllm-prompt-logprobs": vllmPromptLogprobs,
  sglang,
  tgi,
};

/**
 * The model behind a server, not asked yet.
 * @throws {UsageError} `usage/no-url`, `usage/bad-url`, `usage/no-key`, `usage/bad-key`.
 */
export function openServerModel(
  server: ServerParameters,
  shared: ScoreServerParameters,
  vocabulary: number,
): ServerModel {
  const { model, top_k: topK, rank_base: rankBase, key_variable: keyVariable } = server;
  const protocol = PROTOCOLS[server.protocol];
  const client = new JsonClient({
    url: addressOf(server),
    ...(keyVariable === null ? {} : { secret: ServerSecret.fromEnvironment(keyVariable) }),
    timing: {
      attempt: shared.timeout * 1000,
      backOff: shared.back_off * 1000,
      longestWait: shared.longest_wait * 1000,
    },
    attempts: shared.retries + 1,
    parallel: shared.concurrency,
  });
  const counted = rankBase === null ? protocol : { ...protocol, rankBase };
  return new ServerModel({ protocol: counted, client, model, topK, vocabulary });
}

function addressOf({ url, url_variable: urlVariable }: ServerParameters): URL {
  const said = url ?? (urlVariable === null ? undefined : process.env[urlVariable]);
  const source = url === null && urlVariable !== null ? `the environment variable ${urlVariable}` : "url";
  if (said === undefined || (url !== null && urlVariable !== null)) {
    throw new UsageError(
      "no-url",
      url !== null ? "url and url_variable are both given" : `${source} gives no address of a server`,
      {
        fields: { variable: urlVariable },
        wayOut: "Give the address as `url`, or the name of an environment variable that holds it as `url_variable`.",
      },
    );
  }
  const address = URL.canParse(said) ? new URL(said) : undefined;
  const plain = address?.username === "" && address.password === "" && address.search === "" && address.hash === "";
  if (address === undefined || !["http:", "https:"].includes(address.protocol) || !plain) {
    throw new UsageError("bad-url", `${source} is no plain http or https address`, {
      fields: { variable: urlVariable },
      wayOut: "Write http://host:port, without name, password or query: a key is named by `key_variable`.",
    });
  }
  return address;
}
