using System.Text.Json.Nodes;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public sealed class MikeyKeyDerivationTests
{
    private const uint EncryptionKey = 0x15798CEF;

    [Fact]
    public void MasterKeysAndSaltsOfTwoVendors()
    {
        int checkedVectors = 0;
        foreach (JsonNode vector in VectorFile.Read("mcx-key-derivation.json").Items("derivation_vectors"))
        {
            if (vector["srtp_master_key"] is null)
                continue;
            checkedVectors++;
            Assert.Equal(vector.Bytes("srtp_master_key"), Derive(vector, MikeyKeyDerivation.TrafficEncryptingKey, 16));
            Assert.Equal(vector.Bytes("srtp_master_salt"), Derive(vector, MikeyKeyDerivation.SaltingKey, 12));
        }
        Assert.Equal(5, checkedVectors);
    }

    [Fact]
    public void OtherConstantsAndCryptoSessions()
    {
        int checkedVectors = 0;
        foreach (JsonNode vector in VectorFile.Read("mcx-key-derivation.json").Items("derivation_vectors"))
        {
            if (vector["encr_key"] is null)
                continue;
            checkedVectors++;
            Assert.Equal(vector.Bytes("encr_key"), Derive(vector, EncryptionKey, 16));
            Assert.Equal(vector.Bytes("salt"), Derive(vector, MikeyKeyDerivation.SaltingKey, 12));
        }
        Assert.Equal(2, checkedVectors);
    }

    [Fact]
    public void InputsOfSeveralPartsAndOutputsOfSeveralBlocks()
    {
        JsonNode[] vectors = [.. VectorFile.Read("mcx-key-derivation.json")["prf_self_generated"]!.Items("vectors")];
        Assert.Equal(6, vectors.Length);
        foreach (JsonNode vector in vectors)
        {
            byte[] output = new byte[vector["outkey_len"]!.GetValue<int>()];
            MikeyKeyDerivation.Prf(vector.Bytes("inkey"), vector.Bytes("label"), output);
            Assert.Equal(vector.Bytes("outkey"), output);
        }
    }

    private static byte[] Derive(JsonNode vector, uint constant, int length)
    {
        byte[] key = vector.Bytes(vector["gmk"] is null ? "key" : "gmk");
        Assert.True(KeyIdentifier.TryParse(vector.Text(vector["guk_id"] is null ? "csb_id" : "guk_id"), out KeyIdentifier bundle));
        byte[] output = new byte[length];
        MikeyKeyDerivation.Derive(
            key, constant, vector["cs_id"]!.GetValue<byte>(), bundle.Value, vector.Bytes("rand"), output);
        return output;
    }
}
