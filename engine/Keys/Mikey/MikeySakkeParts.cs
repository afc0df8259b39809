namespace MediaEngine.Keys;

/// <summary>The payloads every I_MESSAGE of MCX has (TS 33.180 E.1.2).</summary>
internal ref struct MikeySakkeParts
{
    public ReadOnlySpan<byte> Rand;
    public MikeyIdentity Initiator;
    public MikeyIdentity Responder;
    public MikeyIdentity InitiatorKms;
    public MikeyIdentity ResponderKms;
    public MikeySakke Sakke;
    public MikeySignature Signature;

    public static MikeyError TryFind(MikeyMessage message, out MikeySakkeParts parts)
    {
        parts = default;
        if (message.Header.DataType != MikeyDataType.Sakke)
            return MikeyError.WrongDataType;
        if (message.Header.PseudoRandomFunction != MikeyPseudoRandomFunction.HmacSha256)
            return MikeyError.WrongPseudoRandomFunction;
        if (message.Timestamp.Type != MikeyTimestampType.NtpUtc)
            return MikeyError.WrongTimestampType;
        bool all = message.TryFind(MikeyPayloadType.Rand, out MikeyPayload rand) &
            (message.TryFind(MikeyIdentityRole.Initiator, out parts.Initiator) ||
                message.TryFind(MikeyIdentityRole.InitiatorUserIdentifier, out parts.Initiator)) &
            (message.TryFind(MikeyIdentityRole.Responder, out parts.Responder) ||
                message.TryFind(MikeyIdentityRole.ResponderUserIdentifier, out parts.Responder)) &
            (message.TryFind(MikeyIdentityRole.InitiatorKms, out parts.InitiatorKms) &&
                message.TryFind(MikeyIdentityRole.ResponderKms, out parts.ResponderKms) || TryFindBoth(message, ref parts)) &
            message.TryFind(MikeyPayloadType.Sakke, out MikeyPayload sakke) &
            message.TryFind(MikeyPayloadType.Signature, out MikeyPayload signature);
        if (!all)
            return MikeyError.MissingPayload;
        parts.Rand = rand.AsRand();
        if (parts.Rand.Length < MikeyKeyDerivation.MinRand_bytes)
            return MikeyError.ShortRand;
        parts.Sakke = sakke.AsSakke();
        parts.Signature = signature.AsSignature();
        bool sakkeSupported = parts.Sakke is { ParameterSet: MikeySakke.ParameterSet1, Scheme: MikeySakkeScheme.HashedUserIdentifier } &&
            parts.Sakke.EncapsulatedData.Length == MikeySakke.EncapsulatedData_bytes;
        bool signatureSupported = parts.Signature is { Type: MikeySignatureType.Eccsi, Value.Length: MikeySignature.Eccsi_bytes };
        return sakkeSupported && signatureSupported ? MikeyError.None : MikeyError.UnsupportedAlgorithm;
    }

    // Some senders give both the role KMS: the initiator's is the first.
    private static bool TryFindBoth(MikeyMessage message, ref MikeySakkeParts parts)
    {
        int found = 0;
        for (int i = 0; i < message.Count; i++)
        {
            if (message[i].Type != MikeyPayloadType.IdentityWithRole ||
                message[i].AsIdentity() is not { Role: MikeyIdentityRole.KeyManagementServer } identity)
                continue;
            if (found++ == 0)
                parts.InitiatorKms = identity;
            parts.ResponderKms = identity;
        }
        return found == 2;
    }
}
