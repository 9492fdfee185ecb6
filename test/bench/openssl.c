/*
 * The peer in C for the benches: OpenSSL's own verifier on the same octets, timed from inside, so that no process start
 * counts. Prints one JSON line: CPU microseconds per operation, and how many verdicts were good. It exits with 3 when a
 * good input is refused or the spoilt one accepted: a wrong verdict is not worth timing.
 *
 * Files of certificates and messages hold DER values one after another.
 */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double cpu_microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static double wall_microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

typedef struct {
  unsigned char *data;
  long size;
} Octets;

static Octets read_file(const char *path) {
  Octets all = {NULL, 0};
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    perror(path);
    exit(2);
  }
  fseek(file, 0, SEEK_END);
  all.size = ftell(file);
  rewind(file);
  all.data = malloc(all.size + 1);
  if (fread(all.data, 1, all.size, file) != (size_t)all.size) exit(2);
  fclose(file);
  return all;
}

static X509 *parse_certificate(Octets octets) {
  const unsigned char *position = octets.data;
  return d2i_X509(NULL, &position, octets.size);
}

/* Cuts a file of DER values into its values. */
static int split(Octets all, Octets **parts) {
  int count = 0;
  const unsigned char *position = all.data, *end = all.data + all.size;
  *parts = malloc(sizeof(Octets) * 100000);
  while (position < end) {
    long length;
    int tag, class;
    const unsigned char *start = position;
    ASN1_get_object(&position, &length, &tag, &class, end - position);
    position += length;
    (*parts)[count].data = (unsigned char *)start;
    (*parts)[count].size = position - start;
    count++;
  }
  return count;
}

static X509_STORE *new_store(X509 *root, STACK_OF(X509_CRL) *crls) {
  X509_STORE *store = X509_STORE_new();
  X509_STORE_add_cert(store, root);
  for (int i = 0; i < sk_X509_CRL_num(crls); i++) X509_STORE_add_crl(store, sk_X509_CRL_value(crls, i));
  return store;
}

static int verify(X509_STORE *store, STACK_OF(X509) *untrusted, X509 *leaf, time_t at, int with_crls) {
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, leaf, untrusted);
  X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(parameters, at);
  X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER);
  X509_VERIFY_PARAM_set1_host(parameters, "www.example.test", 0);
  unsigned long flags = X509_V_FLAG_POLICY_CHECK;
  if (with_crls) flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
  X509_VERIFY_PARAM_set_flags(parameters, flags);
  int good = X509_verify_cert(context) == 1;
  X509_STORE_CTX_free(context);
  ERR_clear_error();
  return good;
}

static int verify_cold(Octets root, Octets authority, Octets leaf, time_t at) {
  X509 *anchor = parse_certificate(root), *middle = parse_certificate(authority), *end = parse_certificate(leaf);
  X509_STORE *store = new_store(anchor, NULL);
  STACK_OF(X509) *untrusted = sk_X509_new_null();
  sk_X509_push(untrusted, middle);
  int good = verify(store, untrusted, end, at, 0);
  sk_X509_free(untrusted);
  X509_STORE_free(store);
  X509_free(anchor);
  X509_free(middle);
  X509_free(end);
  return good;
}

/* chain-cold root authority leaves spoilt time: everything parsed per request. */
static int chain_cold(char **arguments) {
  Octets root = read_file(arguments[0]), authority = read_file(arguments[1]), *leaves;
  int count = split(read_file(arguments[2]), &leaves), good = 0;
  time_t at = atol(arguments[4]);
  if (verify_cold(root, authority, read_file(arguments[3]), at)) return 3;
  double start = cpu_microseconds();
  for (int i = 0; i < count; i++) good += verify_cold(root, authority, leaves[i], at);
  printf("{\"us\":%f,\"good\":%d}\n", (cpu_microseconds() - start) / count, good);
  return good == count ? 0 : 3;
}

/* chain-warm root authority leaves spoilt time [crl...]: anchor, authority and CRLs parsed before, the leaf per request. */
static int chain_warm(char **arguments, int extra) {
  X509 *root = parse_certificate(read_file(arguments[0])), *authority = parse_certificate(read_file(arguments[1]));
  Octets *leaves;
  int count = split(read_file(arguments[2]), &leaves), good = 0;
  time_t at = atol(arguments[4]);
  STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
  for (int i = 0; i < extra; i++) {
    Octets octets = read_file(arguments[5 + i]);
    const unsigned char *position = octets.data;
    sk_X509_CRL_push(crls, d2i_X509_CRL(NULL, &position, octets.size));
  }
  X509_STORE *store = new_store(root, crls);
  STACK_OF(X509) *untrusted = sk_X509_new_null();
  sk_X509_push(untrusted, authority);
  if (verify(store, untrusted, parse_certificate(read_file(arguments[3])), at, extra > 0)) return 3;
  double start = cpu_microseconds();
  for (int i = 0; i < count; i++) {
    X509 *leaf = parse_certificate(leaves[i]);
    good += verify(store, untrusted, leaf, at, extra > 0);
    X509_free(leaf);
  }
  printf("{\"us\":%f,\"good\":%d}\n", (cpu_microseconds() - start) / count, good);
  return good == count ? 0 : 3;
}

/* parse leaves */
static int parse(char **arguments) {
  Octets *leaves;
  int count = split(read_file(arguments[0]), &leaves), good = 0;
  double start = cpu_microseconds();
  for (int i = 0; i < count; i++) {
    X509 *leaf = parse_certificate(leaves[i]);
    good += leaf != NULL && X509_get_ext_by_NID(leaf, NID_subject_alt_name, -1) >= 0;
    X509_free(leaf);
  }
  printf("{\"us\":%f,\"good\":%d}\n", (cpu_microseconds() - start) / count, good);
  return good == count ? 0 : 3;
}

/* crl authority crl serials: load and check the signature, in CPU and in wall time; then look serials up, each found. */
static int crl(char **arguments) {
  X509 *authority = parse_certificate(read_file(arguments[0]));
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  long before = usage.ru_maxrss;
  double start = cpu_microseconds(), wall_start = wall_microseconds();
  Octets octets = read_file(arguments[1]);
  const unsigned char *position = octets.data;
  X509_CRL *list = d2i_X509_CRL(NULL, &position, octets.size);
  if (list == NULL || X509_CRL_verify(list, X509_get0_pubkey(authority)) != 1) return 3;
  X509_REVOKED *entry;
  ASN1_INTEGER *serial = ASN1_INTEGER_new();
  ASN1_INTEGER_set(serial, 1);
  if (X509_CRL_get0_by_serial(list, &entry, serial) != 0) return 3; /* sorts the list, as the first look-up does */
  double load = cpu_microseconds() - start, wall = wall_microseconds() - wall_start;
  getrusage(RUSAGE_SELF, &usage);
  long peak = usage.ru_maxrss - before;
  Octets *serials;
  int count = split(read_file(arguments[2]), &serials), good = 0;
  ASN1_INTEGER **parsed = malloc(sizeof(ASN1_INTEGER *) * count);
  for (int i = 0; i < count; i++) {
    const unsigned char *at = serials[i].data;
    parsed[i] = d2i_ASN1_INTEGER(NULL, &at, serials[i].size);
  }
  start = cpu_microseconds();
  for (int i = 0; i < count; i++) good += X509_CRL_get0_by_serial(list, &entry, parsed[i]) == 1;
  double lookup = (cpu_microseconds() - start) / count;
  printf("{\"us\":%f,\"wallUs\":%f,\"peakKilobytes\":%ld,\"lookup\":%f,\"good\":%d}\n", load, wall, peak, lookup, good);
  return good == count ? 0 : 3;
}

static int verify_message(Octets octets, X509_STORE *store) {
  const unsigned char *position = octets.data;
  CMS_ContentInfo *message = d2i_CMS_ContentInfo(NULL, &position, octets.size);
  BIO *content = BIO_new(BIO_s_mem());
  int good = message != NULL && CMS_verify(message, NULL, store, NULL, content, CMS_BINARY) == 1;
  BIO_free(content);
  CMS_ContentInfo_free(message);
  ERR_clear_error();
  return good;
}

/* cms root messages spoilt time */
static int cms(char **arguments) {
  X509 *root = parse_certificate(read_file(arguments[0]));
  X509_STORE *store = new_store(root, NULL);
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), atol(arguments[3]));
  Octets *messages;
  int count = split(read_file(arguments[1]), &messages), good = 0;
  if (verify_message(read_file(arguments[2]), store)) return 3;
  double start = cpu_microseconds();
  for (int i = 0; i < count; i++) good += verify_message(messages[i], store);
  printf("{\"us\":%f,\"good\":%d}\n", (cpu_microseconds() - start) / count, good);
  return good == count ? 0 : 3;
}

int main(int count, char **arguments) {
  if (count > 6 && strcmp(arguments[1], "chain-cold") == 0) return chain_cold(arguments + 2);
  if (count > 6 && strcmp(arguments[1], "chain-warm") == 0) return chain_warm(arguments + 2, count - 7);
  if (count > 2 && strcmp(arguments[1], "parse") == 0) return parse(arguments + 2);
  if (count > 4 && strcmp(arguments[1], "crl") == 0) return crl(arguments + 2);
  if (count > 5 && strcmp(arguments[1], "cms") == 0) return cms(arguments + 2);
  if (count > 1 && strcmp(arguments[1], "version") == 0) {
    puts(OpenSSL_version(OPENSSL_VERSION));
    return 0;
  }
  fputs("usage: openssl-peer version | chain-cold | chain-warm | parse | crl | cms\n", stderr);
  return 2;
}
