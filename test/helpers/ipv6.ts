/** For tests over ::1, which some machines do not have. */
import { networkInterfaces } from 'node:os';
import test from 'ava';

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

export const ipv6Test = hasIpv6 ? test : test.skip;
