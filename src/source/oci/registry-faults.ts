// Faults of connections, in words: OpenSSL's own name a function and a line of it.

/** A fault that repeating the request does not change. */
export interface LastingFault {
  readonly why: string;
  readonly hint: string;
}

/** Alerts (RFC 8446, section 6) with which a server refuses the certificate of a client, or its absence. */
const REFUSED_CLIENT =
  /ALERT_(?:BAD_CERTIFICATE|CERTIFICATE_(?:REQUIRED|EXPIRED|REVOKED|UNKNOWN)|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)$/;
/** Results of verifying the certificate of a server whose authority is not known here. */
const UNKNOWN_AUTHORITY =
  /^(?:UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(?:_LOCALLY)?)|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)$/;

const PLACE = 'certs.d/HOST:PORT, for example in ~/.config/containers';

/** Undefined for a fault that may pass. */
export function lastingFault(error: unknown): LastingFault | undefined {
  const { code = '', message = '', reason } = error as { code?: string; message?: string; reason?: string };
  if (REFUSED_CLIENT.test(code)) {
    return {
      why: 'the server refuses the certificate of this client, or wants one',
      hint: `Its certificate and key belong to NAME.cert and NAME.key in ${PLACE}.`,
    };
  }
  if (UNKNOWN_AUTHORITY.test(code)) {
    return {
      why: `the authority of the server's certificate is not known: ${message}`,
      hint: `The certificate of the authority belongs to NAME.crt in ${PLACE}.`,
    };
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_HTTP_REQUEST') {
    return { why: 'the server does not speak TLS', hint: 'Only a registry on this machine is read without TLS.' };
  }
  if (/^ERR_(?:OSSL|SSL)_/.test(code)) {
    return { why: `TLS: ${reason ?? code}`, hint: `Certificates and keys are read from ${PLACE}.` };
  }
  return undefined;
}
