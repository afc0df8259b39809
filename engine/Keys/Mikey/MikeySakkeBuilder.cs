using System.Security.Cryptography;
using System.Text;
using MediaEngine.Rtp;

namespace MediaEngine.Keys;

/// <summary>Makes MIKEY-SAKKE I_MESSAGEs (RFC 6509 2, TS 33.180 E.1.2).</summary>
public static class MikeySakkeBuilder
{
    private const byte Policy = 0;

    // UNCERTAIN: E.7 was not read; a published message gives UIDs the ID type of URIs.
    private const MikeyIdentityType HiddenIdentityType = MikeyIdentityType.Uri;

    private const int SakkePayload_bytes = 5 + MikeySakke.EncapsulatedData_bytes;
    private const int MaxPolicy_bytes = 128;

    /// <summary>
    /// Writes the message. False when it does not fit, or signer or encapsulator have no key for the identities' current
    /// period; the destination is cleared then.
    /// </summary>
    /// <exception cref="ArgumentException">A time before the KMS's first key period, or a crypto session the key does not serve.</exception>
    public static bool TryBuild(
        MikeySakkeRequest request, IMikeySigner signer, ISakkeEncapsulator encapsulator, IEntropy entropy,
        Span<byte> destination, out int length)
    {
        length = 0;
        NtpTimestamp time = NtpTimestamp.FromUtc(request.Time);
        Span<byte> initiator = stackalloc byte[UserIdentifier.Length_bytes];
        Span<byte> responder = stackalloc byte[UserIdentifier.Length_bytes];
        request.InitiatorKms.DeriveUserIdentifier(request.InitiatorUri, request.InitiatorKms.PeriodOf(time), initiator);
        request.ResponderKms.DeriveUserIdentifier(request.ResponderUri, request.ResponderKms.PeriodOf(time), responder);

        KeyIdentifier bundle = request.Key.BundleIdFor(request.ResponderUri);
        var writer = new MikeyWriter(destination, MikeyDataType.Sakke, bundle);
        AddSessions(ref writer, request, bundle);
        writer.AddTimestamp(MikeyTimestamp.At(time));
        writer.AddRand(request.Key.Rand);
        if (request.HideIdentities)
        {
            writer.AddIdentity(MikeyIdentityRole.InitiatorUserIdentifier, HiddenIdentityType, initiator);
            writer.AddIdentity(MikeyIdentityRole.ResponderUserIdentifier, HiddenIdentityType, responder);
        }
        else
        {
            AddUri(ref writer, MikeyIdentityRole.Initiator, request.InitiatorUri);
            AddUri(ref writer, MikeyIdentityRole.Responder, request.ResponderUri);
        }
        AddUri(ref writer, MikeyIdentityRole.InitiatorKms, request.InitiatorKms.Uri);
        AddUri(ref writer, MikeyIdentityRole.ResponderKms, request.ResponderKms.Uri);
        AddPolicy(ref writer, request.Policy);

        bool made = TryAddSakke(ref writer, encapsulator, request, responder, initiator);
        if (made)
        {
            AddParameters(ref writer, request, bundle, entropy);
            Span<byte> signature = writer.AddSignature(MikeySignatureType.Eccsi, MikeySignature.Eccsi_bytes);
            made = !writer.Overflowed && signer.TrySign(initiator, writer.Written[..^signature.Length], signature);
        }
        length = made ? writer.Written.Length : 0;
        if (!made)
            destination.Clear();
        return made;
    }

    private static void AddSessions(ref MikeyWriter writer, MikeySakkeRequest request, KeyIdentifier bundle)
    {
        Span<byte> mki = stackalloc byte[request.Key.Mki_bytes];
        request.Key.WriteMki(bundle, mki);
        foreach (CryptoSession session in request.CryptoSessions)
        {
            if (!request.Key.Purpose.MayServe(session))
                throw new ArgumentException($"A {request.Key.Purpose} does not serve {session}.", nameof(request));
            writer.AddGenericSession((byte)session, 0, false, request.Policy is null ? [] : [Policy], default, mki);
        }
    }

    private static void AddUri(ref MikeyWriter writer, MikeyIdentityRole role, string uri) =>
        writer.AddIdentity(role, MikeyIdentityType.Uri, Encoding.UTF8.GetBytes(uri));

    private static void AddPolicy(ref MikeyWriter writer, MikeySrtpPolicy? policy)
    {
        if (policy is null)
            return;
        Span<byte> parameters = stackalloc byte[MaxPolicy_bytes];
        writer.AddSecurityPolicy(Policy, 0, parameters[..policy.Write(parameters)]);
    }

    private static bool TryAddSakke(
        ref MikeyWriter writer, ISakkeEncapsulator encapsulator, MikeySakkeRequest request, scoped ReadOnlySpan<byte> responder,
        scoped ReadOnlySpan<byte> initiator)
    {
        Span<byte> key = stackalloc byte[McxKey.Key_bytes];
        Span<byte> encapsulated = stackalloc byte[MikeySakke.EncapsulatedData_bytes];
        request.Key.CopyKeyTo(key);
        bool made = encapsulator.TryEncapsulate(request.ResponderKms, responder, key, encapsulated);
        writer.AddSakke(MikeySakke.ParameterSet1, MikeySakkeScheme.HashedUserIdentifier, encapsulated);
        if (made && request.SakkeToSelf)
        {
            made = encapsulator.TryEncapsulate(request.InitiatorKms, initiator, key, encapsulated);
            byte[] payload = new byte[SakkePayload_bytes];
            MikeySakke.Write(payload, encapsulated);
            writer.AddGeneralExtension(MikeyExtensionType.SakkeToSelf, payload);
        }
        CryptographicOperations.ZeroMemory(key);
        return made;
    }

    private static void AddParameters(ref MikeyWriter writer, MikeySakkeRequest request, KeyIdentifier bundle, IEntropy entropy)
    {
        if (request.Parameters is null)
            return;
        KeyParameters parameters = request.Parameters with
        {
            KeyType = request.Key.Purpose,
            Validity = request.Key.Validity,
            GroupIds = request.Key.GroupIds,
        };
        writer.AddGeneralExtension(
            MikeyExtensionType.KeyParameters,
            request.ParametersInClear ? InClear(parameters) : KeyParametersProtection.Seal(request.Key.Key, bundle, parameters, entropy));
    }

    private static byte[] InClear(KeyParameters parameters)
    {
        byte[] content = new byte[parameters.Length_bytes];
        parameters.Write(content);
        return content;
    }
}
