const SECRET = /token|secret|passw|credential|(^|_)(api_?)?key(_id)?$|^aws_|^gh_|auth/i;

/** The environment without anything that looks like a secret: jobs read files of strangers and need none. */
export function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !SECRET.test(name) && name !== "NODE_OPTIONS"),
  );
}
