using System.Security.Cryptography;
using System.Text;
using MediaEngine.Srtp;

namespace MediaEngine.Keys;

/// <summary>
/// Opens MIKEY-SAKKE I_MESSAGEs sent to one identity (RFC 6509 2, TS 33.180 E.1.2). Checks in order: form, purpose, KMSs,
/// key period, freshness, recipient, signature, encapsulation, key parameters, key. One thread.
/// </summary>
/// <param name="ownUri">URI exactly as provisioned.</param>
/// <param name="ownKms">The KMS that provisioned it.</param>
/// <param name="trustedKms">Whose users may send; includes the own KMS if its users may.</param>
/// <param name="verifier">ECCSI.</param>
/// <param name="decapsulator">SAKKE with the own keys.</param>
/// <param name="replays">May be shared by openers of one thread.</param>
/// <param name="policy">What is tolerated.</param>
public sealed class MikeySakkeOpener(
    string ownUri, KeyManagementServer ownKms, IReadOnlyList<KeyManagementServer> trustedKms, IMikeyVerifier verifier,
    ISakkeDecapsulator decapsulator, MikeyReplayCache replays, MikeyOpenPolicy policy)
{
    /// <summary>Opens a message. On any error nothing is given out and nothing is held but its hash, if it was authentic.</summary>
    /// <param name="octets">The whole message.</param>
    /// <param name="expected">What key the message is to deliver.</param>
    /// <param name="initiatorUri">From whom, if that is known; needed to name a hidden sender.</param>
    /// <param name="now">The receiver's time.</param>
    /// <param name="held">The keys already held, against which the new one is checked; null checks nothing.</param>
    /// <param name="opened">Null unless None.</param>
    /// <param name="keyId">The key's identifier once it is authentic: on KeyRevoked the one to revoke. Else default.</param>
    public MikeyError TryOpen(
        ReadOnlySpan<byte> octets, KeyPurpose expected, string? initiatorUri, DateTimeOffset now, McxKeyStore? held,
        out OpenedMikeyMessage? opened, out KeyIdentifier keyId)
    {
        opened = null;
        keyId = default;
        MikeyError error = MikeyMessage.TryParse(octets, out MikeyMessage message);
        if (error == MikeyError.None)
            error = MikeySakkeParts.TryFind(message, out MikeySakkeParts parts) is var found and not MikeyError.None
                ? found
                : TryOpen(message, parts, expected, initiatorUri, now, held, out opened, out keyId);
        return error;
    }

    private MikeyError TryOpen(
        MikeyMessage message, MikeySakkeParts parts, KeyPurpose expected, string? initiatorUri, DateTimeOffset now, McxKeyStore? held,
        out OpenedMikeyMessage? opened, out KeyIdentifier keyId)
    {
        opened = null;
        keyId = default;
        if (message.Header.BundleId.Purpose != expected)
            return MikeyError.WrongPurpose;
        Span<byte> own = stackalloc byte[UserIdentifier.Length_bytes];
        MikeyError error = Authenticate(message, parts, initiatorUri, now, own);
        if (error != MikeyError.None)
            return error;
        Span<byte> key = stackalloc byte[McxKey.Key_bytes];
        error = decapsulator.TryDecapsulate(own, parts.Sakke.EncapsulatedData, key)
            ? Take(message, parts, key, expected, initiatorUri, now, held, out opened, out keyId)
            : MikeyError.DecapsulationFailed;
        CryptographicOperations.ZeroMemory(key);
        return error;
    }

    /// <summary>Everything up to and including the signature; on None the message is remembered.</summary>
    private MikeyError Authenticate(MikeyMessage message, MikeySakkeParts parts, string? initiatorUri, DateTimeOffset now, Span<byte> own)
    {
        KeyManagementServer? initiatorKms = FindKms(parts.InitiatorKms.Data);
        if (initiatorKms is null || !IsText(parts.ResponderKms.Data, ownKms.Uri))
            return MikeyError.UnknownKms;
        NtpTimestamp time = message.Timestamp.Ntp;
        MikeyError error = CheckPeriod(initiatorKms, time, now);
        if (error == MikeyError.None)
            error = CheckPeriod(ownKms, time, now);
        if (error != MikeyError.None)
            return error;
        ReadOnlySpan<byte> signed = message.Octets[..^parts.Signature.Value.Length];
        error = replays.Check(signed, time, now);
        if (error != MikeyError.None)
            return error;

        ownKms.DeriveUserIdentifier(ownUri, ownKms.PeriodOf(time), own);
        bool mine = parts.Responder.Role == MikeyIdentityRole.ResponderUserIdentifier
            ? CryptographicOperations.FixedTimeEquals(own, parts.Responder.Data)
            : IsText(parts.Responder.Data, ownUri);
        if (!mine)
            return MikeyError.WrongRecipient;
        Span<byte> initiator = stackalloc byte[UserIdentifier.Length_bytes];
        if (!TryIdentifyInitiator(parts.Initiator, initiatorKms, initiatorUri, initiatorKms.PeriodOf(time), initiator))
            return MikeyError.WrongInitiator;
        bool authentic = verifier.Verify(initiatorKms, initiator, signed, parts.Signature.Value) ||
            policy.AcceptSignatureWithoutSignHeader && verifier.Verify(initiatorKms, initiator, signed[..^2], parts.Signature.Value);
        if (!authentic)
            return MikeyError.BadSignature;
        replays.Add(signed, time);
        return MikeyError.None;
    }

    private MikeyError Take(
        MikeyMessage message, MikeySakkeParts parts, ReadOnlySpan<byte> key, KeyPurpose purpose, string? initiatorUri, DateTimeOffset now,
        McxKeyStore? held, out OpenedMikeyMessage? opened, out KeyIdentifier keyId)
    {
        opened = null;
        KeyIdentifier bundle = message.Header.BundleId;
        KeyIdentifier id = purpose == KeyPurpose.GroupMasterKey ? GroupMasterKey.IdBehind(key, bundle, ownUri) : bundle;
        keyId = default;
        MikeyError error = ReadParameters(message, key, purpose, out KeyParameters? parameters);
        if (error != MikeyError.None)
            return error;
        var received = new McxKey(id, key, parts.Rand) { Validity = parameters?.Validity ?? default, GroupIds = parameters?.GroupIds ?? [] };
        if (!SessionsName(message.Header, received, bundle))
        {
            error = MikeyError.KeyIdentifierMismatch;
        }
        else
        {
            keyId = id;
            error = MikeyAcceptance.Check(received, parameters, held, now);
        }
        SrtpPolicy? srtp = null;
        if (error == MikeyError.None && (srtp = PolicyOf(message, purpose)) is null)
            error = MikeyError.UnsupportedPolicy;
        if (error != MikeyError.None)
        {
            received.Dispose();
            return error;
        }
        opened = new OpenedMikeyMessage(received)
        {
            BundleId = bundle,
            Policy = srtp!,
            Parameters = parameters,
            InitiatorUri = parts.Initiator.Role == MikeyIdentityRole.Initiator ? Encoding.UTF8.GetString(parts.Initiator.Data) : initiatorUri,
            Time = message.Timestamp.Ntp,
            VerificationRequested = message.Header.VerificationRequested,
        };
        return MikeyError.None;
    }

    private MikeyError ReadParameters(MikeyMessage message, ReadOnlySpan<byte> key, KeyPurpose purpose, out KeyParameters? parameters)
    {
        parameters = null;
        if (!message.TryFind(MikeyExtensionType.KeyParameters, out ReadOnlySpan<byte> data))
            return MikeyError.None;
        MikeyError error = KeyParametersProtection.TryRead(key, message.Header.BundleId, data, policy.AcceptParametersInClear, out parameters);
        if (error == MikeyError.None && parameters!.KeyType != purpose && !policy.IgnoreKeyType)
            error = MikeyError.WrongPurpose;
        return error;
    }

    private MikeyError CheckPeriod(KeyManagementServer kms, NtpTimestamp time, DateTimeOffset now)
    {
        long period = kms.PeriodOf(time);
        if (period < 0 || period > kms.PeriodOf(NtpTimestamp.FromUtc(now + replays.MaxClockSkew)))
            return MikeyError.KeyPeriodNotYetValid;
        long oldest = kms.PeriodOf(NtpTimestamp.FromUtc(now)) - (policy.AcceptPreviousKeyPeriod ? 1 : 0);
        return period < oldest ? MikeyError.KeyPeriodExpired : MikeyError.None;
    }

    private KeyManagementServer? FindKms(ReadOnlySpan<byte> uri)
    {
        foreach (KeyManagementServer kms in trustedKms)
        {
            if (IsText(uri, kms.Uri))
                return kms;
        }
        return null;
    }

    private static bool TryIdentifyInitiator(
        MikeyIdentity identity, KeyManagementServer kms, string? expectedUri, long period, Span<byte> userIdentifier)
    {
        bool hidden = identity.Role == MikeyIdentityRole.InitiatorUserIdentifier;
        if (expectedUri is not null)
        {
            kms.DeriveUserIdentifier(expectedUri, period, userIdentifier);
            return hidden ? userIdentifier.SequenceEqual(identity.Data) : IsText(identity.Data, expectedUri);
        }
        if (!hidden)
        {
            // What is no UTF-8 cannot be derived from; its signature would be checked against another identity.
            string uri = Encoding.UTF8.GetString(identity.Data);
            kms.DeriveUserIdentifier(uri, period, userIdentifier);
            return IsText(identity.Data, uri);
        }
        if (identity.Data.Length != UserIdentifier.Length_bytes)
            return false;
        identity.Data.CopyTo(userIdentifier);
        return true;
    }

    // Every SPI there is names this key; vendors' maps without SPIs are let pass.
    private static bool SessionsName(MikeyHeader header, McxKey key, KeyIdentifier bundle)
    {
        Span<byte> mki = stackalloc byte[key.Mki_bytes];
        key.WriteMki(bundle, mki);
        foreach (CryptoSessionEntry entry in header.CryptoSessions)
        {
            if (!entry.Spi.IsEmpty && !entry.Spi.SequenceEqual(mki))
                return false;
        }
        return true;
    }

    private static SrtpPolicy? PolicyOf(MikeyMessage message, KeyPurpose purpose)
    {
        byte number = 0;
        foreach (CryptoSessionEntry entry in message.Header.CryptoSessions)
        {
            if (!entry.Policies.IsEmpty)
                number = entry.Policies[0];
            break;
        }
        if (message.TryFindPolicy(number, out MikeySecurityPolicy payload))
            return MikeySrtpPolicy.TryRead(payload, out MikeySrtpPolicy? read) ? read!.ToSrtpPolicy() : null;
        // A policy is there, but not the one that is named.
        return message.TryFind(MikeyPayloadType.SecurityPolicy, out _) ? null : MikeySrtpPolicy.DefaultFor(purpose);
    }

    private static bool IsText(ReadOnlySpan<byte> octets, string text) => octets.SequenceEqual(Encoding.UTF8.GetBytes(text));
}
