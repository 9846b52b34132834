/** Where the machine's own apt sources say that Debian's packages are. */
import { execFileSync } from 'node:child_process';

const format = '$(ORIGIN)|$(COMPONENT)|$(RELEASE)|$(SITE)';

/**
 * The first site with a Debian release and the first with a security release; the latter is undefined where the machine
 * names none. Asks apt itself, which reads every way of writing sources and works before the first `apt-get update`.
 * @returns {{archive: string, security: string | undefined}}
 */
export function debianSites() {
  const targets = listTargets().filter(isDebian);
  const security = targets.find(isSecurity)?.site;
  const archive = targets.find((target) => !isSecurity(target))?.site;
  if (!archive) throw new Error("this machine's apt sources name no Debian archive");
  return { archive, security };
}

function listTargets() {
  const parameters = ['indextargets', '--no-release-info', '--format', format, 'Created-By: Packages'];
  try {
    const lines = execFileSync('apt-get', parameters, { encoding: 'utf8', stdio: 'pipe' }).split('\n');
    return lines.filter(Boolean).map((line) => {
      const [origin, component, release, site] = line.split('|');
      return { origin, component, release, site };
    });
  } catch {
    throw new Error('this is no Debian-family machine: apt-get is missing');
  }
}

/** Before the first update the origin is unknown (its placeholder stays), and the site's name has to do. */
function isDebian({ origin, component, site }) {
  if (component !== 'main') return false;
  return origin === 'Debian' || (origin === '$(ORIGIN)' && /\/debian(-security)?\/?$/.test(site));
}

function isSecurity({ release, site }) {
  return /-security$|\/updates$/.test(release) || /-security\/?$/.test(site);
}
