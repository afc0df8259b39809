using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public sealed class MikeyMessageTests
{
    public static TheoryData<int> All => new(Enumerable.Range(0, PublishedMessages.Count));

    [Theory]
    [MemberData(nameof(All))]
    public void PublishedMessagesAreReadFieldByField(int index)
    {
        JsonNode vector = PublishedMessages.Vector(index);
        byte[] octets = PublishedMessages.Octets(index);
        Assert.Equal(vector["i_message_len"]!.GetValue<int>(), octets.Length);
        Assert.Equal(MikeyError.None, MikeyMessage.TryParse(octets, out MikeyMessage message));
        JsonNode header = vector["header"]!;
        Assert.Equal(MikeyDataType.Sakke, message.Header.DataType);
        Assert.Equal(MikeyPseudoRandomFunction.HmacSha256, message.Header.PseudoRandomFunction);
        Assert.False(message.Header.VerificationRequested);
        Assert.Equal(header.Text("csb"), message.Header.BundleId.ToString());
        Assert.Equal(header["ncs"]!.GetValue<int>(), message.Header.CryptoSessionCount);
        Assert.Equal(header["map"]!.GetValue<int>(), (int)message.Header.MapType);
        Assert.Equal(Convert.ToUInt64(vector.Text("timestamp"), 16), message.Timestamp.Value);
        Assert.Equal(MikeyTimestampType.NtpUtc, message.Timestamp.Type);

        Assert.True(message.TryFind(MikeyPayloadType.Rand, out MikeyPayload rand));
        Assert.Equal(vector.Bytes("rand"), rand.AsRand());
        Assert.Equal(vector["idr_roles"]!.AsArray().Select(role => role!.GetValue<int>()), Roles(message));
        Assert.True(message.TryFind(MikeyIdentityRole.InitiatorUserIdentifier, out MikeyIdentity initiator));
        Assert.Equal(PublishedMessages.UserIdentifierOf(vector.Text("initiator_uri")), initiator.Data);
        Assert.True(message.TryFind(MikeyIdentityRole.ResponderUserIdentifier, out MikeyIdentity responder));
        Assert.Equal(PublishedMessages.UserIdentifierOf(vector.Text("responder_uri")), responder.Data);
        Assert.True(message.TryFind(MikeyIdentityRole.InitiatorKms, out MikeyIdentity kms));
        Assert.Equal(PublishedMessages.Kms.Uri, Encoding.UTF8.GetString(kms.Data));

        Assert.True(message.TryFindPolicy(0, out MikeySecurityPolicy policy));
        Assert.Equal(vector["sp_params"]!.AsArray().Select(pair => $"{pair![0]}={pair[1]}"), Parameters(policy));
        Assert.True(message.TryFind(MikeyPayloadType.Sakke, out MikeyPayload sakke));
        Assert.Equal(MikeySakke.ParameterSet1, sakke.AsSakke().ParameterSet);
        Assert.Equal(MikeySakkeScheme.HashedUserIdentifier, sakke.AsSakke().Scheme);
        Assert.Equal(vector["sakke"]!.Bytes("sed"), sakke.AsSakke().EncapsulatedData);
        Assert.True(message.TryFind(MikeyExtensionType.KeyParameters, out ReadOnlySpan<byte> parameters));
        Assert.Equal(vector["general_extension"]!.Bytes("data"), parameters);
        MikeyPayload last = message[message.Count - 1];
        Assert.Equal(MikeySignatureType.Eccsi, last.AsSignature().Type);
        Assert.Equal(vector.Bytes("signature"), last.AsSignature().Value);
        Assert.Equal(vector["signed_octets"]!.GetValue<int>(), last.Offset + 2);
    }

    [Fact]
    public void CryptoSessionsOfBothMapsAreRead()
    {
        Assert.Equal(MikeyError.None, MikeyMessage.TryParse(PublishedMessages.Octets(PublishedMessages.Gmk), out MikeyMessage group));
        int entries = 0;
        foreach (CryptoSessionEntry entry in group.Header.CryptoSessions)
        {
            entries++;
            Assert.Equal((byte)CryptoSession.McpttGroupCall, entry.CryptoSessionId);
            Assert.Equal([0], entry.Policies.ToArray());
            Assert.True(entry.SessionData.IsEmpty);
            Assert.Equal("0df9bc3906a12aea", Convert.ToHexStringLower(entry.Spi));
        }
        Assert.Equal(1, entries);
        Assert.Equal(MikeyError.None, MikeyMessage.TryParse(PublishedMessages.Octets(PublishedMessages.Legacy), out MikeyMessage legacy));
        var ssrcs = new List<string>();
        foreach (CryptoSessionEntry entry in legacy.Header.CryptoSessions)
            ssrcs.Add($"{entry.CryptoSessionId} {Convert.ToHexStringLower(entry.SessionData)}");
        Assert.Equal(["1 cafebabe00000000", "2 0000000000000000"], ssrcs);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void PublishedMessagesWrittenAnewAreTheSameOctets(int index)
    {
        byte[] octets = PublishedMessages.Octets(index);
        Assert.Equal(Convert.ToHexString(octets), Convert.ToHexString(MikeyReencoder.Reencode(octets)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void EveryShorterMessageIsRefused(int index)
    {
        byte[] octets = PublishedMessages.Octets(index);
        for (int length = 0; length < octets.Length; length++)
        {
            MikeyError error = MikeyMessage.TryParse(octets.AsSpan(0, length), out _);
            Assert.True(error == MikeyError.Truncated, $"{length}: {error}");
        }
        Assert.Equal(MikeyError.TrailingOctets, MikeyMessage.TryParse([.. octets, 0], out _));
    }

    // HDR: 01, data type, next payload, V|PRF, CSB ID, #CS, map type. T: next, type, 8 octets.
    [Theory]
    [InlineData("", MikeyError.Truncated)]
    [InlineData("02", MikeyError.WrongVersion)]
    [InlineData("016305012000000000010000000000000000000000", MikeyError.UnknownDataType)]
    [InlineData("011a05012000000000030000000000000000000000", MikeyError.UnsupportedValue, "map type 3")]
    [InlineData("011a050120000000000100000000000000000000", MikeyError.None)]
    [InlineData("011a05012000000000010003000000000000000000", MikeyError.UnsupportedValue, "T type 3")]
    [InlineData("011a0001200000000001", MikeyError.MissingPayload)]
    [InlineData("011a0b012000000000010000", MikeyError.MisplacedPayload, "RAND first")]
    [InlineData("011a050120000000000105000000000000000000000200000000", MikeyError.DuplicatedPayload, "T twice")]
    [InlineData("011a05012000000000010b0000000000000000000b000000", MikeyError.DuplicatedPayload, "RAND twice")]
    [InlineData("011a05012000000000010e0000000000000000000e010100000001010000", MikeyError.DuplicatedPayload, "role 1 twice")]
    [InlineData("011a05012000000000010e0000000000000000000e010100000002010000", MikeyError.None, "roles 1 and 2")]
    [InlineData("011a05012000000000010e0000000000000000000e030100000003010000", MikeyError.None, "two KMSs of role 3")]
    [InlineData("011a05012000000000010e0000000000000000000e03010000" + "0e03010000" + "0003010000", MikeyError.DuplicatedPayload, "three of role 3")]
    [InlineData("011a05012000000000010a0000000000000000000a000000000000000000", MikeyError.DuplicatedPayload, "policy 0 twice")]
    [InlineData("011a05012000000000010a0000000000000000000a000000000001000000", MikeyError.None, "policies 0 and 1")]
    [InlineData("011a0501200000000001060000000000000000000600000006000000" + "00000000", MikeyError.DuplicatedPayload, "three IDs")]
    [InlineData("011a05012000000000010a0000000000000000000000000002000500", MikeyError.BadLength, "parameter of 5 octets in 2")]
    [InlineData("011a0501200000000001140000000000000000000000000000", MikeyError.MisplacedPayload, "key data outside KEMAC")]
    [InlineData("011a05012000000000010700000000000000000000", MikeyError.UnsupportedPayload, "CERT")]
    [InlineData("011a05012000000000016300000000000000000000", MikeyError.UnknownPayload)]
    [InlineData("011a0501200000000001010000000000000000000000000009", MikeyError.UnsupportedValue, "MAC algorithm 9")]
    [InlineData("011a0501200000000102000000000000000000000000", MikeyError.Truncated, "GENERIC-ID entry runs out")]
    [InlineData("011a050120000000020000000000000000000000", MikeyError.Truncated, "two SRTP-ID entries announced")]
    public void EachDefectHasItsOwnError(string hex, MikeyError expected, string? why = null) =>
        Assert.True(expected == MikeyMessage.TryParse(Convert.FromHexString(hex), out _), why ?? hex);

    [Fact]
    public void SizeAndNumberOfPayloadsAreBounded()
    {
        Assert.Equal(MikeyError.Oversized, MikeyMessage.TryParse(new byte[MikeyMessage.MaxLength_bytes + 1], out _));
        Assert.Equal(MikeyError.None, MikeyMessage.TryParse(WithExtensions(MikeyMessage.MaxPayloads - 1), out MikeyMessage message));
        Assert.Equal(MikeyMessage.MaxPayloads, message.Count);
        Assert.Equal(MikeyError.TooManyPayloads, MikeyMessage.TryParse(WithExtensions(MikeyMessage.MaxPayloads), out _));
    }

    [Fact]
    public void AMessageOfEveryPayloadIsReadBack()
    {
        byte[] octets = OfEveryPayload();
        Assert.Equal(octets, MikeyReencoder.Reencode(octets));
        Assert.Equal(MikeyError.None, MikeyMessage.TryParse(octets, out MikeyMessage message));
        Assert.True(message.Header.VerificationRequested);
        Assert.Equal(new MikeyTimestamp(MikeyTimestampType.Counter, 77), message.Timestamp);
        MikeyPayloadType[] types = new MikeyPayloadType[message.Count];
        for (int i = 0; i < message.Count; i++)
            types[i] = message[i].Type;
        Assert.Equal(Enum.GetValues<MikeyPayloadType>().Except([MikeyPayloadType.Last, MikeyPayloadType.KeyData]), types.Distinct().Order());
    }

    [Fact]
    public void AWriterWithoutRoomSaysSoAtEveryLength()
    {
        byte[] whole = Written(new byte[200]).ToArray();
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] memory = [.. Enumerable.Repeat((byte)0xEE, 200)];
            Assert.True(Written(memory.AsSpan(0, length)).IsEmpty);
            Assert.All(memory[length..], octet => Assert.Equal(0xEE, octet));
        }

        static Span<byte> Written(Span<byte> destination)
        {
            var writer = new MikeyWriter(destination, MikeyDataType.Sakke, new KeyIdentifier(0x20000001));
            writer.AddGenericSession(6, 0, false, [0], default, [1, 2, 3, 4]);
            writer.AddTimestamp(new MikeyTimestamp(MikeyTimestampType.Ntp, 5));
            writer.AddRand(new byte[16]);
            writer.AddSignature(MikeySignatureType.Eccsi, 3);
            return writer.Overflowed ? default : writer.Written;
        }
    }

    [Fact]
    public void RandomOctetsNeverThrow() =>
        Prop.ForAll<byte[], byte>((octets, next) =>
        {
            // A right beginning lets the rest be reached.
            byte[] message = [1, 26, 5, 1, 0, 0, 0, 0, 0, 1, next, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. octets];
            return MikeyMessage.TryParse(message, out _) != MikeyError.None || MikeyReencoder.Reencode(message) is not null;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void ParsingAllocatesNothing()
    {
        byte[] octets = PublishedMessages.Octets(PublishedMessages.Gmk);
        Parse();
        Assert.Equal(0, Allocation.Least_bytes(Parse));

        void Parse()
        {
            for (int i = 0; i < 100; i++)
            {
                if (MikeyMessage.TryParse(octets, out MikeyMessage message) != MikeyError.None || !message.TryFind(MikeyPayloadType.Signature, out _))
                    throw new InvalidOperationException("Not parsed.");
            }
        }
    }

    /// <summary>No method has them all; the codec does not mind.</summary>
    internal static byte[] OfEveryPayload()
    {
        var writer = new MikeyWriter(
            new byte[1000], MikeyDataType.Error, new KeyIdentifier(7), verificationRequested: true, MikeyPseudoRandomFunction.Mikey1);
        writer.AddGenericSession(4, 0, true, [0, 1], [1, 2, 3, 4, 0, 0, 0, 1, 0, 9], [8, 8]);
        writer.AddGenericSession(5, 3, false, default, default, default);
        writer.AddTimestamp(new MikeyTimestamp(MikeyTimestampType.Counter, 77));
        writer.AddRand([.. Enumerable.Range(0, 20).Select(i => (byte)i)]);
        writer.AddIdentity(null, MikeyIdentityType.NetworkAccessIdentifier, "a@b"u8);
        writer.AddIdentity(null, MikeyIdentityType.Uri, "sip:b@b"u8);
        writer.AddIdentity(MikeyIdentityRole.Application, MikeyIdentityType.ByteString, default);
        writer.AddSecurityPolicy(0, 0, [0, 1, 6, 13, 2, 0, 3]);
        writer.AddSecurityPolicy(1, 9, default);
        writer.AddError(MikeyErrorNumber.InvalidMac);
        writer.AddSakke(1, MikeySakkeScheme.TelUriMonthly, [1, 2, 3]);
        writer.AddGeneralExtension(MikeyExtensionType.VendorId, [9]);
        writer.AddGeneralExtension(MikeyExtensionType.VendorId, default);
        writer.AddKeyDataTransport(MikeyEncryptionAlgorithm.AesKeyWrap128, [5, 5, 5], MikeyMacAlgorithm.HmacSha1_160).Fill(0xAA);
        writer.AddVerification(MikeyMacAlgorithm.HmacSha256_256).Fill(0xBB);
        writer.AddSignature(MikeySignatureType.RsaPss, 300).Fill(0xCC);
        return writer.Written.ToArray();
    }

    private static byte[] WithExtensions(int count)
    {
        var writer = new MikeyWriter(new byte[1000], MikeyDataType.Sakke, default);
        writer.AddTimestamp(default);
        for (int i = 0; i < count; i++)
            writer.AddGeneralExtension(MikeyExtensionType.SdpIds, [1]);
        return writer.Written.ToArray();
    }

    private static List<int> Roles(MikeyMessage message)
    {
        var roles = new List<int>();
        for (int i = 0; i < message.Count; i++)
        {
            if (message[i].Type == MikeyPayloadType.IdentityWithRole)
                roles.Add((int)message[i].AsIdentity().Role!);
        }
        return roles;
    }

    private static List<string> Parameters(MikeySecurityPolicy policy)
    {
        var parameters = new List<string>();
        foreach (MikeySecurityParameter parameter in policy)
            parameters.Add($"{(int)parameter.Type}={Convert.ToHexStringLower(parameter.Value)}");
        return parameters;
    }
}
