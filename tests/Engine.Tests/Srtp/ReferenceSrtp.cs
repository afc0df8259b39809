#pragma warning disable CA5350 // SHA-1 is what RFC 3711 prescribes
using System.Buffers.Binary;
using System.Security.Cryptography;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>SRTP and SRTCP straight from the text of RFC 3711, 4771 and 7714, on the framework's primitives only.</summary>
internal sealed class ReferenceSrtp(SrtpProfile profile, byte[] masterKey, byte[] masterSalt, byte[] mki)
{
    public ulong KeyDerivationRate { get; init; }

    public byte[] Rtp(byte[] packet, ulong index, bool carriesRoc)
    {
        _ = RtpHeader.TryParse(packet, out RtpHeader header);
        ulong period = KeyDerivationRate == 0 ? 0 : index / KeyDerivationRate;
        byte[] roc = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(roc, (uint)(index >> 16));
        byte[] head = packet[..header.Length_bytes];
        byte[] payload = packet[header.Length_bytes..];
        if (profile.IsAead())
        {
            (byte[] text, byte[] tag) = Gcm(period, rtcp: false, header.Ssrc, index, head, payload);
            return [.. head, .. text, .. tag, .. mki, .. carriesRoc ? roc : []];
        }
        byte[] sealedPacket = [.. head, .. CounterMode(period, rtcp: false, header.Ssrc, index, payload)];
        byte[] code = HMACSHA1.HashData(Derive(0x01, period, 20), (byte[])[.. sealedPacket, .. roc]);
        int length = profile.RtpTagLength_bytes();
        byte[] field = carriesRoc ? [.. roc, .. code[..(length - 4)]] : code[..length];
        return [.. sealedPacket, .. mki, .. field];
    }

    public byte[] Rtcp(byte[] packet, uint index, bool encrypted = true)
    {
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4));
        ulong period = KeyDerivationRate == 0 ? 0 : index / KeyDerivationRate;
        byte[] word = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(word, index | (encrypted ? 0x8000_0000 : 0));
        int clear = encrypted ? 8 : packet.Length;
        byte[] head = packet[..clear];
        byte[] payload = packet[clear..];
        if (profile.IsAead())
        {
            (byte[] text, byte[] tag) = Gcm(period, rtcp: true, ssrc, index, [.. head, .. word], payload);
            return [.. head, .. text, .. tag, .. word, .. mki];
        }
        byte[] sealedPacket = [.. head, .. CounterMode(period, rtcp: true, ssrc, index, payload), .. word];
        return [.. sealedPacket, .. mki, .. HMACSHA1.HashData(Derive(0x04, period, 20), sealedPacket)[..10]];
    }

    private (byte[] Text, byte[] Tag) Gcm(
        ulong period, bool rtcp, uint ssrc, ulong index, byte[] associatedData, byte[] payload)
    {
        byte[] vector = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(vector.AsSpan(2), ssrc);
        byte[] octets = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(octets, index);
        octets.AsSpan(2).CopyTo(vector.AsSpan(6));
        byte[] salt = Derive(rtcp ? (byte)5 : (byte)2, period, 12);
        for (int i = 0; i < vector.Length; i++)
            vector[i] ^= salt[i];
        byte[] text = new byte[payload.Length];
        byte[] tag = new byte[16];
        using var gcm = new AesGcm(Derive(rtcp ? (byte)3 : (byte)0, period, masterKey.Length), 16);
        gcm.Encrypt(vector, payload, text, tag, associatedData);
        return (text, tag);
    }

    private byte[] CounterMode(ulong period, bool rtcp, uint ssrc, ulong index, byte[] payload)
    {
        UInt128 salt = 0;
        foreach (byte octet in Derive(rtcp ? (byte)5 : (byte)2, period, 14))
            salt = salt << 8 | octet;
        UInt128 vector = salt << 16 ^ (UInt128)ssrc << 64 ^ (UInt128)index << 16;
        return ExclusiveOr(payload, Keystream(Derive(rtcp ? (byte)3 : (byte)0, period, masterKey.Length), vector, payload.Length));
    }

    private byte[] Derive(byte label, ulong period, int length)
    {
        UInt128 salt = 0;
        for (int i = 0; i < 14; i++)
            salt = salt << 8 | (i < masterSalt.Length ? masterSalt[i] : (byte)0);
        UInt128 keyId = (UInt128)label << 48 | period;
        return Keystream(masterKey, (salt ^ keyId) << 16, length);
    }

    private static byte[] Keystream(byte[] key, UInt128 vector, int length)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        var stream = new List<byte>();
        for (UInt128 block = 0; stream.Count < length; block++)
        {
            byte[] counter = new byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(counter, vector + block);
            stream.AddRange(aes.EncryptEcb(counter, PaddingMode.None));
        }
        return [.. stream.Take(length)];
    }

    private static byte[] ExclusiveOr(byte[] text, byte[] keystream) => [.. text.Select((octet, i) => (byte)(octet ^ keystream[i]))];
}
