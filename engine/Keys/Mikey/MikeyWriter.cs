using System.Buffers.Binary;

namespace MediaEngine.Keys;

/// <summary>
/// Writes a MIKEY message payload by payload; each call links its payload to the one before. What does not fit sets
/// <see cref="Overflowed"/> and writes nothing more.
/// </summary>
public ref struct MikeyWriter
{
    private readonly Span<byte> _destination;
    private int _length;
    private int _nextPayload = MikeyHeader.NextPayload_offset;

    /// <param name="destination">At most <see cref="MikeyMessage.MaxLength_bytes"/> of it are used.</param>
    /// <param name="dataType">Data type.</param>
    /// <param name="bundleId">CSB ID.</param>
    /// <param name="verificationRequested">V.</param>
    /// <param name="pseudoRandomFunction">PRF func.</param>
    public MikeyWriter(
        Span<byte> destination, MikeyDataType dataType, KeyIdentifier bundleId, bool verificationRequested = false,
        MikeyPseudoRandomFunction pseudoRandomFunction = MikeyPseudoRandomFunction.HmacSha256)
    {
        _destination = destination[..Math.Min(destination.Length, MikeyMessage.MaxLength_bytes)];
        if (!TryTake(MikeyHeader.Fixed_bytes, out Span<byte> header))
            return;
        header[0] = MikeyHeader.Version;
        header[1] = (byte)dataType;
        header[2] = (byte)MikeyPayloadType.Last;
        header[3] = (byte)((byte)pseudoRandomFunction | (verificationRequested ? 0x80 : 0));
        bundleId.Write(header[4..]);
        header[8] = 0;
        header[9] = (byte)MikeyMapType.Empty;
    }

    /// <summary>Something did not fit; the message is of no use.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>What has been written.</summary>
    public readonly Span<byte> Written => _destination[.._length];

    /// <summary>An SRTP-ID entry of the CS ID map. Entries come before payloads and are all of one type.</summary>
    public void AddSrtpSession(byte policy, uint ssrc, uint roc)
    {
        if (!TryTakeSession(MikeyMapType.SrtpId, CryptoSessionEntries.SrtpIdEntry_bytes, out Span<byte> entry))
            return;
        entry[0] = policy;
        BinaryPrimitives.WriteUInt32BigEndian(entry[1..], ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(entry[5..], roc);
    }

    /// <summary>A GENERIC-ID entry of the CS ID map (RFC 6043 6.1.1).</summary>
    public void AddGenericSession(
        byte cryptoSessionId, byte protocolType, bool carriesRoc, scoped ReadOnlySpan<byte> policies, scoped ReadOnlySpan<byte> sessionData, scoped ReadOnlySpan<byte> spi)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(policies.Length, 0x7F, nameof(policies));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sessionData.Length, ushort.MaxValue, nameof(sessionData));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(spi.Length, byte.MaxValue, nameof(spi));
        int length = 3 + policies.Length + 2 + sessionData.Length + 1 + spi.Length;
        if (!TryTakeSession(MikeyMapType.GenericId, length, out Span<byte> entry))
            return;
        entry[0] = cryptoSessionId;
        entry[1] = protocolType;
        entry[2] = (byte)(policies.Length | (carriesRoc ? 0x80 : 0));
        policies.CopyTo(entry[3..]);
        entry = entry[(3 + policies.Length)..];
        BinaryPrimitives.WriteUInt16BigEndian(entry, (ushort)sessionData.Length);
        sessionData.CopyTo(entry[2..]);
        entry = entry[(2 + sessionData.Length)..];
        entry[0] = (byte)spi.Length;
        spi.CopyTo(entry[1..]);
    }

    public void AddTimestamp(MikeyTimestamp timestamp)
    {
        int length = MikeyLayout.TimestampLength(timestamp.Type);
        if (!TryTakePayload(MikeyPayloadType.Timestamp, 2 + length, out Span<byte> payload))
            return;
        payload[1] = (byte)timestamp.Type;
        if (length == sizeof(uint))
            BinaryPrimitives.WriteUInt32BigEndian(payload[2..], (uint)timestamp.Value);
        else
            BinaryPrimitives.WriteUInt64BigEndian(payload[2..], timestamp.Value);
    }

    /// <param name="rand">At most 255 octets.</param>
    public void AddRand(scoped ReadOnlySpan<byte> rand)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rand.Length, byte.MaxValue, nameof(rand));
        if (!TryTakePayload(MikeyPayloadType.Rand, 2 + rand.Length, out Span<byte> payload))
            return;
        payload[1] = (byte)rand.Length;
        rand.CopyTo(payload[2..]);
    }

    /// <summary>ID when <paramref name="role"/> is null, else IDR.</summary>
    public void AddIdentity(MikeyIdentityRole? role, MikeyIdentityType type, scoped ReadOnlySpan<byte> data)
    {
        if (role is null)
            AddWithLength16(MikeyPayloadType.Identity, [(byte)type], data);
        else
            AddWithLength16(MikeyPayloadType.IdentityWithRole, [(byte)role, (byte)type], data);
    }

    /// <param name="number">Policy number.</param>
    /// <param name="protocolType">0 is SRTP.</param>
    /// <param name="parameters">Type, length and value of each.</param>
    public void AddSecurityPolicy(byte number, byte protocolType, scoped ReadOnlySpan<byte> parameters) =>
        AddWithLength16(MikeyPayloadType.SecurityPolicy, [number, protocolType], parameters);

    public void AddGeneralExtension(MikeyExtensionType type, scoped ReadOnlySpan<byte> data) =>
        AddWithLength16(MikeyPayloadType.GeneralExtension, [(byte)type], data);

    public void AddSakke(byte parameterSet, MikeySakkeScheme scheme, scoped ReadOnlySpan<byte> encapsulatedData) =>
        AddWithLength16(MikeyPayloadType.Sakke, [parameterSet, (byte)scheme], encapsulatedData);

    public void AddError(MikeyErrorNumber number)
    {
        if (!TryTakePayload(MikeyPayloadType.Error, 4, out Span<byte> payload))
            return;
        payload[1] = (byte)number;
        payload[2..].Clear();
    }

    /// <summary>KEMAC with a MAC still to be filled into the returned octets: it covers everything before them.</summary>
    public Span<byte> AddKeyDataTransport(MikeyEncryptionAlgorithm encryption, scoped ReadOnlySpan<byte> encryptedData, MikeyMacAlgorithm algorithm)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(encryptedData.Length, ushort.MaxValue, nameof(encryptedData));
        int mac = MacLength(algorithm);
        if (!TryTakePayload(MikeyPayloadType.KeyDataTransport, 5 + encryptedData.Length + mac, out Span<byte> payload))
            return default;
        payload[1] = (byte)encryption;
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], (ushort)encryptedData.Length);
        encryptedData.CopyTo(payload[4..]);
        payload[4 + encryptedData.Length] = (byte)algorithm;
        return payload[^mac..];
    }

    /// <summary>V with Ver data still to be filled into the returned octets.</summary>
    public Span<byte> AddVerification(MikeyMacAlgorithm algorithm)
    {
        int mac = MacLength(algorithm);
        if (!TryTakePayload(MikeyPayloadType.Verification, 2 + mac, out Span<byte> payload))
            return default;
        payload[1] = (byte)algorithm;
        return payload[^mac..];
    }

    /// <summary>SIGN, the last payload, with the signature still to be filled into the returned octets: it covers everything before them.</summary>
    public Span<byte> AddSignature(MikeySignatureType type, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MikeySignature.MaxLength_bytes);
        if (!TryTake(2 + length, out Span<byte> payload))
            return default;
        _destination[_nextPayload] = (byte)MikeyPayloadType.Signature;
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)((byte)type << 12 | length));
        return payload[2..];
    }

    private static int MacLength(MikeyMacAlgorithm algorithm) => MikeyLayout.MacLength(algorithm) is var length and >= 0
        ? length
        : throw new ArgumentOutOfRangeException(nameof(algorithm));

    private void AddWithLength16(MikeyPayloadType type, scoped ReadOnlySpan<byte> fields, scoped ReadOnlySpan<byte> data)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, ushort.MaxValue, nameof(data));
        int fixedLength = 1 + fields.Length + 2;
        if (!TryTakePayload(type, fixedLength + data.Length, out Span<byte> payload))
            return;
        fields.CopyTo(payload[1..]);
        BinaryPrimitives.WriteUInt16BigEndian(payload[(1 + fields.Length)..], (ushort)data.Length);
        data.CopyTo(payload[fixedLength..]);
    }

    private bool TryTakeSession(MikeyMapType type, int length, out Span<byte> entry)
    {
        if (_nextPayload != MikeyHeader.NextPayload_offset)
            throw new InvalidOperationException("Crypto sessions come before payloads.");
        if (!TryTake(length, out entry))
            return false;
        if (_destination[8] == byte.MaxValue || _destination[8] != 0 && _destination[9] != (byte)type)
            throw new InvalidOperationException("A map has at most 255 crypto sessions of one type.");
        _destination[8]++;
        _destination[9] = (byte)type;
        return true;
    }

    private bool TryTakePayload(MikeyPayloadType type, int length, out Span<byte> payload)
    {
        int start = _length;
        if (!TryTake(length, out payload))
            return false;
        payload[0] = (byte)MikeyPayloadType.Last;
        _destination[_nextPayload] = (byte)type;
        _nextPayload = start;
        return true;
    }

    private bool TryTake(int length, out Span<byte> taken)
    {
        taken = default;
        if (Overflowed || _destination.Length - _length < length)
        {
            Overflowed = true;
            return false;
        }
        taken = _destination.Slice(_length, length);
        _length += length;
        return true;
    }
}
