import type { OptionSpec, VerbSpec } from "./verb.js";
import { GLOBAL_OPTIONS, VERBS } from "./verbs.js";

/** The script that teaches a shell the verbs and options. Pipelines are completed from `pipelines/*.yaml`. */
export function completionScript(shell: "bash" | "zsh" | "fish"): string {
  if (shell === "bash") return bash();
  if (shell === "zsh") return zsh();
  return fish();
}

function optionsOf(verb: VerbSpec): readonly OptionSpec[] {
  return [...verb.options, ...GLOBAL_OPTIONS];
}

function wordVerbs(): { readonly name: string; readonly words: readonly string[] }[] {
  return VERBS.flatMap(({ name, words }) => (words === undefined ? [] : [{ name, words }]));
}

function bash(): string {
  const words = (options: readonly OptionSpec[]) => options.map(({ name }) => `--${name}`).join(" ");
  const values = new Map<string, string>();
  for (const option of VERBS.flatMap(optionsOf)) {
    if (option.completes === "folders") values.set(option.name, 'COMPREPLY=($(compgen -d -- "$word"))');
    else if (option.completes === "files") values.set(option.name, 'COMPREPLY=($(compgen -f -- "$word"))');
    else if (option.choices !== undefined) {
      values.set(option.name, `COMPREPLY=($(compgen -W "${option.choices.join(" ")}" -- "$word"))`);
    } else if (option.kind === "text") values.set(option.name, "COMPREPLY=()");
  }
  return `# bash completion for neurotables
_neurotables() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" verb="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      ${VERBS.map(({ name }) => name).join("|")}) verb="\${COMP_WORDS[i]}"; break ;;
    esac
  done
  case "$previous" in
${[...values].map(([name, reply]) => `    --${name}) ${reply}; return ;;`).join("\n")}
  esac
  if [[ -z "$verb" ]]; then
    COMPREPLY=($(compgen -W "${VERBS.map(({ name }) => name).join(" ")} ${words(GLOBAL_OPTIONS)}" -- "$word"))
    return
  fi
  if [[ "$word" == -* ]]; then
    case "$verb" in
${VERBS.map((verb) => `      ${verb.name}) COMPREPLY=($(compgen -W "${words(optionsOf(verb))}" -- "$word")) ;;`).join("\n")}
    esac
    return
  fi
  case "$verb" in
    ${VERBS.filter(({ completes }) => completes === "pipelines")
      .map(({ name }) => name)
      .join("|")})
      COMPREPLY=($(compgen -W "$(ls pipelines/*.yaml 2>/dev/null | sed 's|.*/||; s|\\.yaml$||')" -- "$word") $(compgen -f -- "$word")) ;;
${wordVerbs()
  .map(({ name, words }) => `    ${name}) COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$word")) ;;`)
  .join("\n")}
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _neurotables neurotables
`;
}

function zsh(): string {
  const quote = (text: string) =>
    text.replaceAll("'", "'\\''").replaceAll("[", "\\[").replaceAll("]", "\\]").replaceAll(":", "\\:");
  const argument = (option: OptionSpec) => {
    const repeat = option.multiple === true ? "*" : "";
    const action =
      option.kind === "flag"
        ? ""
        : `:${option.value ?? "value"}:${option.choices ? `(${option.choices.join(" ")})` : option.completes === "folders" ? "_files -/" : option.completes === "files" ? "_files" : ""}`;
    return `'${repeat}--${option.name}[${quote(option.description)}]${action}'`;
  };
  return `#compdef neurotables
# zsh completion for neurotables
_neurotables_pipelines() {
  local -a names
  names=(pipelines/*.yaml(N:t:r))
  compadd -a names
  _files
}
_neurotables() {
  local -a verbs
  verbs=(
${VERBS.map((verb) => `    '${verb.name}:${quote(verb.summary)}'`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe 'verb' verbs
    return
  fi
  case "\${words[2]}" in
${VERBS.map((verb) => {
  const operands =
    verb.words !== undefined
      ? `'1:word:(${verb.words.join(" ")})'`
      : verb.completes === "pipelines"
        ? "'*:pipeline:_neurotables_pipelines'"
        : "'*:file:_files'";
  return `    ${verb.name}) shift words; (( CURRENT-- )); _arguments ${[...optionsOf(verb).map(argument), operands].join(" ")} ;;`;
}).join("\n")}
  esac
}
_neurotables "$@"
`;
}

function fish(): string {
  const quote = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const option = (spec: OptionSpec, condition: string) => {
    const short = spec.short === undefined ? "" : ` -s ${spec.short}`;
    const value =
      spec.kind === "flag"
        ? ""
        : spec.choices
          ? ` -x -a ${quote(spec.choices.join(" "))}`
          : spec.completes
            ? " -r"
            : " -x";
    return `complete -c neurotables ${condition}-l ${spec.name}${short}${value} -d ${quote(spec.description)}`;
  };
  const names = VERBS.map(({ name }) => name).join(" ");
  const lines = [
    "# fish completion for neurotables",
    "complete -c neurotables -f -n '__fish_use_subcommand'",
    ...VERBS.map(
      (verb) => `complete -c neurotables -n '__fish_use_subcommand' -a ${verb.name} -d ${quote(verb.summary)}`,
    ),
    ...GLOBAL_OPTIONS.map((spec) => option(spec, "")),
    ...VERBS.flatMap((verb) =>
      verb.options.map((spec) => option(spec, `-n '__fish_seen_subcommand_from ${verb.name}' `)),
    ),
    ...VERBS.filter(({ completes }) => completes === "pipelines").map(
      (verb) =>
        `complete -c neurotables -n '__fish_seen_subcommand_from ${verb.name}' -a '(string replace -r ".*/(.*)\\.yaml" "\\$1" pipelines/*.yaml 2>/dev/null)'`,
    ),
    ...wordVerbs().map(
      ({ name, words }) =>
        `complete -c neurotables -f -n '__fish_seen_subcommand_from ${name}' -a ${quote(words.join(" "))}`,
    ),
    `# verbs: ${names}`,
    "",
  ];
  return lines.join("\n");
}
