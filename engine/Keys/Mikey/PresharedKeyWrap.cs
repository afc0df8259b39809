using System.Security.Cryptography;
using MediaEngine.Rtp;

namespace MediaEngine.Keys;

/// <summary>
/// A temporary group's key in a MIKEY pre-shared key message (RFC 3830 3.1) whose pre-shared key is a GMK. One thread.
/// </summary>
/// <remarks>
/// UNCERTAIN, all that RFC 3830 leaves open: CSB ID is the new GMK-ID; IDR with role PSK and four octets names the parent
/// GMK-ID; the key data are of type GTGK; RAND is the new key's; lifetime and groups are key parameters as in an I_MESSAGE.
/// </remarks>
public sealed class PresharedKeyWrap(MikeyReplayCache replays) : ITemporaryGroupKeyWrap
{
    private const MikeyKeyDataType WrappedType = MikeyKeyDataType.GroupTrafficGeneratingKey;
    private const MikeyMacAlgorithm MacAlgorithm = MikeyMacAlgorithm.HmacSha256_256;
    private const int KeyData_bytes = 4 + McxKey.Key_bytes;

    public bool TryWrap(McxKey temporary, McxKey parent, DateTimeOffset time, IEntropy entropy, Span<byte> destination, out int length)
    {
        if (temporary.Purpose != KeyPurpose.GroupMasterKey || parent.Purpose != KeyPurpose.GroupMasterKey || temporary.Id == parent.Id)
            throw new ArgumentException("A GMK is wrapped under another GMK.", nameof(temporary));
        NtpTimestamp timestamp = NtpTimestamp.FromUtc(time);
        var writer = new MikeyWriter(destination, MikeyDataType.PresharedKey, temporary.Id);
        writer.AddTimestamp(MikeyTimestamp.At(timestamp));
        writer.AddRand(temporary.Rand);
        Span<byte> parentId = stackalloc byte[KeyIdentifier.Length_bytes];
        parent.Id.Write(parentId);
        writer.AddIdentity(MikeyIdentityRole.PresharedKey, MikeyIdentityType.ByteString, parentId);
        var parameters = new KeyParameters(temporary.Purpose) { Validity = temporary.Validity, GroupIds = temporary.GroupIds };
        writer.AddGeneralExtension(
            MikeyExtensionType.KeyParameters, KeyParametersProtection.Seal(temporary.Key, temporary.Id, parameters, entropy));

        using var keys = new PresharedKeys(parent.Key, temporary.Id, temporary.Rand);
        Span<byte> keyData = stackalloc byte[KeyData_bytes];
        MikeyKeyData.Write(keyData, WrappedType, temporary.Key, default);
        keys.ApplyKeyStream(timestamp, keyData);
        Span<byte> mac = writer.AddKeyDataTransport(MikeyEncryptionAlgorithm.AesCounterMode128, keyData, MacAlgorithm);
        length = 0;
        if (writer.Overflowed)
        {
            destination.Clear();
            return false;
        }
        keys.ComputeMac(writer.Written[..^mac.Length], mac);
        length = writer.Written.Length;
        return true;
    }

    public MikeyError TryUnwrap(ReadOnlySpan<byte> octets, McxKeyStore held, DateTimeOffset now, out McxKey? temporary)
    {
        temporary = null;
        MikeyError error = MikeyMessage.TryParse(octets, out MikeyMessage message);
        if (error != MikeyError.None)
            return error;
        if (message.Header.DataType != MikeyDataType.PresharedKey)
            return MikeyError.WrongDataType;
        if (message.Header.PseudoRandomFunction != MikeyPseudoRandomFunction.HmacSha256)
            return MikeyError.WrongPseudoRandomFunction;
        if (message.Timestamp.Type != MikeyTimestampType.NtpUtc)
            return MikeyError.WrongTimestampType;
        MikeyPayload last = message[message.Count - 1];
        if (!message.TryFind(MikeyPayloadType.Rand, out MikeyPayload randPayload) ||
            !message.TryFind(MikeyIdentityRole.PresharedKey, out MikeyIdentity parentId) || last.Type != MikeyPayloadType.KeyDataTransport)
            return MikeyError.MissingPayload;
        ReadOnlySpan<byte> rand = randPayload.AsRand();
        if (rand.Length < MikeyKeyDerivation.MinRand_bytes)
            return MikeyError.ShortRand;
        if (message.Header.BundleId.Purpose != KeyPurpose.GroupMasterKey)
            return MikeyError.WrongPurpose;
        MikeyKeyDataTransport transport = last.AsKeyDataTransport();
        if (transport.Encryption != MikeyEncryptionAlgorithm.AesCounterMode128 || transport.MacAlgorithm != MacAlgorithm)
            return MikeyError.UnsupportedAlgorithm;
        if (parentId.Data.Length != KeyIdentifier.Length_bytes ||
            held.Find(KeyIdentifier.Read(parentId.Data), now) is not { Purpose: KeyPurpose.GroupMasterKey } parent)
            return MikeyError.UnknownPresharedKey;
        NtpTimestamp time = message.Timestamp.Ntp;
        ReadOnlySpan<byte> covered = octets[..^transport.Mac.Length];
        error = replays.Check(covered, time, now);
        if (error != MikeyError.None)
            return error;

        using var keys = new PresharedKeys(parent.Key, message.Header.BundleId, rand);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        keys.ComputeMac(covered, mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, transport.Mac))
            return MikeyError.BadMac;
        replays.Add(covered, time);
        if (transport.EncryptedData.Length != KeyData_bytes)
            return MikeyError.UnsupportedAlgorithm;
        Span<byte> clear = stackalloc byte[KeyData_bytes];
        transport.EncryptedData.CopyTo(clear);
        keys.ApplyKeyStream(time, clear);
        error = Take(message, rand, clear, held, now, out temporary);
        CryptographicOperations.ZeroMemory(clear);
        return error;
    }

    private static MikeyError Take(
        MikeyMessage message, ReadOnlySpan<byte> rand, ReadOnlySpan<byte> clear, McxKeyStore held, DateTimeOffset now, out McxKey? temporary)
    {
        temporary = null;
        MikeyError error = MikeyKeyData.TryRead(clear, out MikeyKeyData keyData, out _);
        if (error != MikeyError.None)
            return error;
        if (keyData.Type != WrappedType || keyData.Key.Length != McxKey.Key_bytes)
            return MikeyError.UnsupportedAlgorithm;
        KeyIdentifier id = message.Header.BundleId;
        KeyParameters? parameters = null;
        if (message.TryFind(MikeyExtensionType.KeyParameters, out ReadOnlySpan<byte> data))
        {
            error = KeyParametersProtection.TryRead(keyData.Key, id, data, acceptInClear: false, out parameters);
            if (error != MikeyError.None)
                return error;
            if (parameters!.KeyType != KeyPurpose.GroupMasterKey)
                return MikeyError.WrongPurpose;
        }
        var received = new McxKey(id, keyData.Key, rand) { Validity = parameters?.Validity ?? default, GroupIds = parameters?.GroupIds ?? [] };
        error = MikeyAcceptance.Check(received, parameters, held, now);
        if (error == MikeyError.None)
            temporary = received;
        else
            received.Dispose();
        return error;
    }
}
