// Lists an organization with GitHub's own client, as someone else's program would:
//
//     octokit.mjs BASE_URL ORGANIZATION APP
//
// APP is a JSON object: `appId`, `privateKey` and `installationId` of the App that it signs in as.
// Prints one JSON object. `complaints` are the warnings that the client gave, such as that something
// it uses is going away.
import { load } from './packages.mjs';

const [baseUrl, org, app] = process.argv.slice(2);
const { createAppAuth } = await load('@octokit/auth-app');
const { Octokit } = await load('@octokit/core');
const { paginateRest } = await load('@octokit/plugin-paginate-rest');
const { paginateGraphQL } = await load('@octokit/plugin-paginate-graphql');
const { restEndpointMethods } = await load('@octokit/plugin-rest-endpoint-methods');

const complaints = [];
const complain = (...words) => complaints.push(words.join(' '));
const log = { debug() {}, info() {}, warn: complain, error: complain };
const Client = Octokit.plugin(paginateRest, paginateGraphQL, restEndpointMethods);
const octokit = new Client({ authStrategy: createAppAuth, auth: JSON.parse(app), baseUrl, log });
const { actions, codespaces, dependabot, orgs, repos, teams } = octokit.rest;

const all = (method, more) => octokit.paginate(method, { org, per_page: 100, ...more });
const names = (list, field) => list.map((one) => one[field]).sort();

/** The names of the secrets of all four stores. */
async function secrets(methods, more) {
  const stores = {};
  for (const [store, method] of Object.entries(methods)) {
    stores[store] = names(await all(method, more), 'name');
  }
  return stores;
}

async function ofTeams() {
  const found = {};
  for (const { id, slug, parent } of await all(teams.list)) {
    const more = { team_slug: slug };
    found[slug] = {
      id,
      parent: parent?.slug ?? null,
      members: names(await all(teams.listMembersInOrg, more), 'login'),
      repositories: names(await all(teams.listReposInOrg, more), 'name'),
    };
  }
  return found;
}

async function ofRepositories() {
  const found = {};
  for (const { name, id, archived, visibility } of await all(repos.listForOrg, { type: 'all' })) {
    const more = { owner: org, repo: name };
    const environments = {};
    for (const environment of await all(repos.getAllEnvironments, more)) {
      const inside = { ...more, environment_name: environment.name };
      environments[environment.name] = names(await all(actions.listEnvironmentSecrets, inside), 'name');
    }
    found[name] = {
      id,
      archived,
      visibility,
      keys: names(await all(repos.listDeployKeys, more), 'id'),
      hooks: names(await all(repos.listWebhooks, more), 'id'),
      collaborators: names(await all(repos.listCollaborators, { ...more, affiliation: 'all' }), 'login'),
      environments,
      secrets: await secrets(
        {
          actions: actions.listRepoSecrets,
          dependabot: dependabot.listRepoSecrets,
          agents: 'GET /repos/{owner}/{repo}/agents/secrets',
        },
        more,
      ),
    };
  }
  return found;
}

/** Repositories by GraphQL, in pages small enough that there are several. */
async function byGraphQL() {
  const document = `query($org: String!, $cursor: String) {
    organization(login: $org) {
      repositories(first: 20, after: $cursor) {
        totalCount
        nodes { databaseId nameWithOwner }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`;
  const { organization } = await octokit.graphql.paginate(document, { org });
  const { totalCount, nodes } = organization.repositories;
  return { total: totalCount, ids: names(nodes, 'databaseId') };
}

const { data: organization } = await orgs.get({ org });
const members = await all(orgs.listMembers);
const inventory = {
  organization: organization.id,
  owner_ids: names(await all(orgs.listMembers, { role: 'admin' }), 'id'),
  member_ids: names(members, 'id'),
  members: names(members, 'login'),
  outside_ids: names(await all(orgs.listOutsideCollaborators), 'id'),
  invitations: names(await all(orgs.listPendingInvitations), 'id'),
  teams: await ofTeams(),
  repositories: await ofRepositories(),
  repositories_by_graphql: await byGraphQL(),
  installations: names(await all(orgs.listAppInstallations), 'id'),
  token_ids: names(await all(orgs.listPatGrants), 'token_id'),
  token_requests: names(await all(orgs.listPatGrantRequests), 'id'),
  hooks: names(await all(orgs.listWebhooks), 'id'),
  runners: names(await all(actions.listSelfHostedRunnersForOrg), 'id'),
  variables: names(await all(actions.listOrgVariables, { per_page: 30 }), 'name'),
  secrets: await secrets({
    actions: actions.listOrgSecrets,
    dependabot: dependabot.listOrgSecrets,
    codespaces: codespaces.listOrgSecrets,
    agents: 'GET /orgs/{org}/agents/secrets',
  }),
  complaints,
};
console.log(JSON.stringify(inventory));
