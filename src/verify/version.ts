/** The version of the verifier, as verdicts name it; a test holds it to package.json. */
export const engineVersion = '0.1.0';
