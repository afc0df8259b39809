using System.Text.Json.Nodes;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

public sealed class KeyDerivationTests
{
    [Fact]
    public void Rfc3711AppendixB3()
    {
        JsonNode vector = VectorFile.Read("rfc3711.json")["b3_key_derivation"]!;
        AssertDerives(vector, KeyDerivation.RtpKey, "cipher_key_label00");
        AssertDerives(vector, KeyDerivation.RtpSalt, "cipher_salt_label02");
        AssertDerives(vector, KeyDerivation.RtpAuthentication, "auth_key_label01_94octets");
    }

    [Theory]
    [InlineData("aes_256_cm_prf")]
    [InlineData("aes_192_cm_prf")]
    public void Rfc6188(string name)
    {
        JsonNode vector = VectorFile.Read("rfc6188.json")[name]!;
        AssertDerives(vector, KeyDerivation.RtpKey, "cipher_key_label00");
        AssertDerives(vector, KeyDerivation.RtpSalt, "cipher_salt_label02");
        AssertDerives(vector, KeyDerivation.RtpAuthentication, "auth_key_label01");
    }

    [Fact]
    public void A96BitSaltIsPaddedOnTheRight()
    {
        JsonNode vector = VectorFile.Read("rfc9335-a2-aead-kdf.json");
        AssertDerives(vector, KeyDerivation.RtpKey, "session_key_label00");
        AssertDerives(vector, KeyDerivation.RtpSalt, "session_salt_label02");
    }

    [Fact]
    public void SessionKeysOfDeployedSrtpAndSrtcp()
    {
        JsonNode[] sets = [.. VectorFile.Read("srtp-aead-mki-libsrtp.json").Items("sets")];
        Assert.Equal(3, sets.Length);
        foreach (JsonNode set in sets)
        {
            AssertDerives(set, KeyDerivation.RtpKey, "srtp_session_key");
            AssertDerives(set, KeyDerivation.RtpSalt, "srtp_session_salt");
            AssertDerives(set, KeyDerivation.RtcpKey, "srtcp_session_key");
            AssertDerives(set, KeyDerivation.RtcpSalt, "srtcp_session_salt");
        }
    }

    private static void AssertDerives(JsonNode vector, byte label, string expected)
    {
        using var derivation = new KeyDerivation(vector.Bytes("master_key"), vector.Bytes("master_salt"));
        byte[] output = new byte[vector.Bytes(expected).Length];
        derivation.Derive(label, period: 0, output);
        Assert.Equal(vector.Bytes(expected), output);
    }
}
