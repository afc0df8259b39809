using MediaEngine.Keys;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>Takes a message apart into values and writes it anew from them.</summary>
internal static class MikeyReencoder
{
    public static byte[] Reencode(byte[] octets)
    {
        if (MikeyMessage.TryParse(octets, out MikeyMessage message) is var error and not MikeyError.None)
            throw new InvalidOperationException($"{error}");
        MikeyHeader header = message.Header;
        var writer = new MikeyWriter(
            new byte[octets.Length], header.DataType, header.BundleId, header.VerificationRequested, header.PseudoRandomFunction);
        foreach (CryptoSessionEntry entry in header.CryptoSessions)
        {
            if (header.MapType == MikeyMapType.SrtpId)
                writer.AddSrtpSession(entry.Policies[0], Number(entry.SessionData[..4]), Number(entry.SessionData[4..]));
            else
                writer.AddGenericSession(entry.CryptoSessionId, entry.ProtocolType, entry.CarriesRoc, entry.Policies, entry.SessionData, entry.Spi);
        }
        for (int i = 0; i < message.Count; i++)
            Add(ref writer, message[i]);
        return writer.Overflowed ? [] : writer.Written.ToArray();
    }

    private static void Add(ref MikeyWriter writer, MikeyPayload payload)
    {
        switch (payload.Type)
        {
            case MikeyPayloadType.Timestamp:
                writer.AddTimestamp(payload.AsTimestamp());
                break;
            case MikeyPayloadType.Rand:
                writer.AddRand(payload.AsRand());
                break;
            case MikeyPayloadType.Identity or MikeyPayloadType.IdentityWithRole:
                MikeyIdentity identity = payload.AsIdentity();
                writer.AddIdentity(identity.Role, identity.Type, identity.Data);
                break;
            case MikeyPayloadType.SecurityPolicy:
                MikeySecurityPolicy policy = payload.AsSecurityPolicy();
                var parameters = new List<byte>();
                foreach (MikeySecurityParameter parameter in policy)
                    parameters.AddRange([(byte)parameter.Type, (byte)parameter.Value.Length, .. parameter.Value]);
                writer.AddSecurityPolicy(policy.Number, policy.ProtocolType, [.. parameters]);
                break;
            case MikeyPayloadType.Error:
                writer.AddError(payload.AsErrorNumber());
                break;
            case MikeyPayloadType.GeneralExtension:
                MikeyGeneralExtension extension = payload.AsGeneralExtension();
                writer.AddGeneralExtension(extension.Type, extension.Data);
                break;
            case MikeyPayloadType.Sakke:
                MikeySakke sakke = payload.AsSakke();
                writer.AddSakke(sakke.ParameterSet, sakke.Scheme, sakke.EncapsulatedData);
                break;
            case MikeyPayloadType.KeyDataTransport:
                MikeyKeyDataTransport transport = payload.AsKeyDataTransport();
                transport.Mac.CopyTo(writer.AddKeyDataTransport(transport.Encryption, transport.EncryptedData, transport.MacAlgorithm));
                break;
            case MikeyPayloadType.Verification:
                ReadOnlySpan<byte> data = payload.AsVerification(out MikeyMacAlgorithm algorithm);
                data.CopyTo(writer.AddVerification(algorithm));
                break;
            case MikeyPayloadType.Signature:
                MikeySignature signature = payload.AsSignature();
                signature.Value.CopyTo(writer.AddSignature(signature.Type, signature.Value.Length));
                break;
            default:
                throw new InvalidOperationException($"{payload.Type}");
        }
    }

    private static uint Number(ReadOnlySpan<byte> octets) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(octets);
}
