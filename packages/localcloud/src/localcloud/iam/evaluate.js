// Answers, with iam-simulate, whether IAM would allow requests: `node evaluate.js FOLDER`, where FOLDER is the node_modules with it.
// Reads {policies, questions} as JSON and writes one answer for each question; evaluator.py describes both.
const { createRequire } = require("node:module");
const { join } = require("node:path");
const { readFileSync } = require("node:fs");

const { runSimulation } = createRequire(join(process.argv[2], "evaluate.js"))("@cloud-copilot/iam-simulate");

function account(resource, principal) {
  // The ARNs of buckets and of public images name no account: take the caller's.
  return resource.split(":")[4] || principal.split(":")[4] || "";
}

async function answer(policies, question) {
  const named = (names) => names.map((name) => ({ name, policy: policies[name] }));
  const simulation = {
    request: {
      principal: question.principal,
      action: question.action,
      resource: { resource: question.resource, accountId: account(question.resource, question.principal) },
      contextVariables: question.context,
    },
    identityPolicies: named(question.identity),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  };
  if (question.boundary) simulation.permissionBoundaryPolicies = named([question.boundary]);
  if (question.attached) simulation.resourcePolicy = policies[question.attached];
  const told = await runSimulation(simulation, {});
  if (told.resultType === "error") return { error: told.errors };
  const single = told.resultType === "single" ? [told.result] : told.results;
  const allowing = single.flatMap(({ analysis }) => analysis.identityAnalysis?.allowStatements ?? []);
  return { result: told.overallResult, by: [...new Set(allowing.map(({ statement }) => statement.sid()))] };
}

async function main() {
  const { policies, questions } = JSON.parse(readFileSync(0, "utf-8"));
  const answers = [];
  for (const question of questions) answers.push(await answer(policies, question));
  process.stdout.write(JSON.stringify(answers));
}

main();
