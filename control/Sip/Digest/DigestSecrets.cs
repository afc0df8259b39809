namespace MediaEngine.Sip;

/// <summary>
/// Gives H(A1) of a user (RFC 7616 3.4.2). It should take as long for a user there is as for one there is not.
/// </summary>
/// <param name="user">As the request names it.</param>
/// <param name="hashA1">The hash's octets go here: <see cref="DigestCalculator.LengthOf"/>.</param>
/// <returns>False for an unknown user, or one who may not use this algorithm.</returns>
public delegate bool DigestSecrets(ReadOnlySpan<char> user, DigestAlgorithm algorithm, Span<byte> hashA1);
