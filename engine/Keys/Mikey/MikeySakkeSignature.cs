namespace MediaEngine.Keys;

/// <summary>Checks who signed a MIKEY-SAKKE I_MESSAGE, which needs no key of one's own. <see cref="MikeySakkeOpener"/> checks more.</summary>
public static class MikeySakkeSignature
{
    /// <summary>
    /// None when the initiator signed the message in the key period of its T; nothing is said of its age, its recipient or its key.
    /// </summary>
    /// <param name="octets">The whole message.</param>
    /// <param name="initiatorUri">Who must have sent it; null takes whom the message names.</param>
    /// <param name="trustedKms">The KMSs whose users may sign.</param>
    /// <param name="verifier">ECCSI.</param>
    /// <returns>None, UnknownKms, KeyPeriodNotYetValid (before the first period), WrongInitiator, BadSignature or an error of form.</returns>
    public static MikeyError Verify(
        ReadOnlySpan<byte> octets, string? initiatorUri, IReadOnlyList<KeyManagementServer> trustedKms, IMikeyVerifier verifier)
    {
        MikeyError error = MikeyMessage.TryParse(octets, out MikeyMessage message);
        if (error != MikeyError.None)
            return error;
        error = MikeySakkeParts.TryFind(message, out MikeySakkeParts parts);
        if (error != MikeyError.None)
            return error;
        if (parts.FindInitiatorKms(trustedKms) is not { } kms)
            return MikeyError.UnknownKms;
        long period = kms.PeriodOf(message.Timestamp.Ntp);
        if (period < 0)
            return MikeyError.KeyPeriodNotYetValid;
        Span<byte> initiator = stackalloc byte[UserIdentifier.Length_bytes];
        if (!parts.TryIdentifyInitiator(kms, initiatorUri, period, initiator))
            return MikeyError.WrongInitiator;
        return verifier.Verify(kms, initiator, parts.SignedOctets(message), parts.Signature.Value) ? MikeyError.None : MikeyError.BadSignature;
    }
}
