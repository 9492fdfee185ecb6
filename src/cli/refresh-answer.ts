/** A run of the CRL job as the API and `crl refresh --json` tell it. */

import { formatTime } from '../der/time.js';
import type { RefreshAnswer } from '../http/service.js';
import type { RefreshReport } from '../refresh/job.js';
import type { AuthorityStatus } from '../refresh/status.js';

export function refreshAnswer(report: RefreshReport): RefreshAnswer {
  const { ran, fresh, authorities, fetches, nextDue } = report;
  return {
    ran,
    fresh,
    authorities: authorities.map(statusAnswer),
    fetches: fetches.map(({ authority, url, result, reason, message, sha256, alarms }) => ({
      authority,
      url,
      result,
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
      ...(sha256 === undefined ? {} : { sha256 }),
      alarms,
    })),
    ...(nextDue === undefined ? {} : { nextDue: formatTime(nextDue) }),
  };
}

export function statusAnswer(status: AuthorityStatus) {
  const { authority, catalogue, name, state, urls, current, until } = status;
  return {
    authority,
    catalogue,
    name,
    state,
    urls,
    ...(current === undefined ? {} : { sha256: current.sha256, thisUpdate: formatTime(current.thisUpdate) }),
    ...(until === undefined ? {} : { until: formatTime(until) }),
  };
}
