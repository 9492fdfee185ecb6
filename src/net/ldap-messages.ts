/**
 * A stage between socket and ldapts that passes on whole LDAP messages (RFC 4511 §5.1: a BER SEQUENCE of definite
 * length), one per read, within caps of octets and messages. ldapts joins and re-reads its buffer per packet (quadratic)
 * and recurses once per message in a packet: a hostile directory could stall the process or exhaust its stack.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { failure, failureIn, NetError, type NetFailure } from './outcome.js';

/** One entry, its result and a few referrals; a directory that says more to a base search is not answering it. */
const maximumMessages = 16;

export class LdapMessages extends Duplex {
  /** With these two ldapts takes the stream for a socket that is connected already. */
  readonly connecting = false;
  readonly readyState = 'open';
  refusal: NetFailure | undefined;
  readonly #socket: Socket;
  readonly #cap: number;
  #pending: Buffer[] = [];
  #held = 0;
  #wanted = 0;
  #received = 0;
  #messages = 0;

  constructor(socket: Socket, cap: number) {
    super({ readableObjectMode: true });
    this.#socket = socket;
    this.#cap = cap;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.once('close', () => this.destroy(new NetError(failure('cut_off', 'the directory closed the connection'))));
    this.on('error', () => {});
  }

  /** ldapts asks for a net.Socket and uses of it only what every duplex stream has, and the two fields above. */
  asSocket(): Socket {
    return this as unknown as Socket;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.refusal ??= failureIn(error);
    this.#pending = [];
    this.#socket.destroy();
    done(error);
  }

  #refuse(reason: 'too_large' | 'ldap_failed', message: string): void {
    this.destroy(new NetError(failure(reason, message)));
  }

  #take(chunk: Buffer): void {
    if (this.destroyed) return;
    this.#received += chunk.length;
    if (this.#received > this.#cap) {
      this.#refuse('too_large', `more than ${this.#cap} octets`);
      return;
    }
    this.#pending.push(chunk);
    this.#held += chunk.length;
    while (!this.destroyed) {
      if (this.#wanted === 0) {
        const head = this.#join().subarray(0, 6);
        const length = messageLength(head);
        if (length === 'more') return;
        if (length === 'broken') {
          this.#refuse('ldap_failed', 'the answer is not LDAP');
          return;
        }
        this.#wanted = length;
      }
      if (this.#held < this.#wanted) return;
      const all = this.#join();
      const message = all.subarray(0, this.#wanted);
      this.#pending = [all.subarray(this.#wanted)];
      this.#held -= this.#wanted;
      this.#wanted = 0;
      this.#messages += 1;
      if (this.#messages > maximumMessages) {
        this.#refuse('ldap_failed', 'the directory says too much');
        return;
      }
      this.push(message);
    }
  }

  /** Joined only when a head is read or a message is whole, so each octet is copied a bounded number of times. */
  #join(): Buffer {
    const all = this.#pending.length === 1 && this.#pending[0] ? this.#pending[0] : Buffer.concat(this.#pending);
    this.#pending = [all];
    return all;
  }
}

/** Octets of the message that begins here, header included. */
function messageLength(head: Buffer): number | 'more' | 'broken' {
  const [tag, first] = head;
  if (tag !== undefined && tag !== 0x30) return 'broken';
  if (first === undefined) return 'more';
  if (first < 0x80) return 2 + first;
  const octets = first & 0x7f;
  if (octets === 0 || octets > 4) return 'broken';
  if (head.length < 2 + octets) return 'more';
  return 2 + octets + head.readUIntBE(2, octets);
}
