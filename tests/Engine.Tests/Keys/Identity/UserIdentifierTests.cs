using System.Text.Json.Nodes;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public sealed class UserIdentifierTests
{
    [Fact]
    public void PublishedIdentifiers()
    {
        JsonNode[] vectors = [.. VectorFile.Read("mcx-key-derivation.json").Items("uid_vectors")];
        Assert.Equal(7, vectors.Length);
        byte[] identifier = new byte[UserIdentifier.Length_bytes];
        foreach (JsonNode vector in vectors)
        {
            UserIdentifier.Derive(
                vector.Text("user_uri"), vector.Text("kms_uri"), Number(vector, "key_period"), Number(vector, "key_period_offset"),
                Number(vector, "key_period_no"), identifier);
            Assert.Equal(vector.Bytes("uid"), identifier);
        }
    }

    [Fact]
    public void PublishedMessagesLieInTheirKeyPeriod()
    {
        JsonNode file = VectorFile.Read("mcx-i-messages.json");
        var kms = new KeyManagementServer(file.Text("kms_uri"), Number(file, "user_key_period"), Number(file, "user_key_offset"));
        byte[] identifier = new byte[UserIdentifier.Length_bytes];
        long period = kms.PeriodOf(new NtpTimestamp(0xec898da800000000));
        foreach (JsonNode user in file.Items("users"))
        {
            Assert.Equal(Number(user, "key_period_no"), period);
            kms.DeriveUserIdentifier(user.Text("user_uri"), period, identifier);
            Assert.Equal(user.Bytes("uid"), identifier);
        }
    }

    [Theory]
    [InlineData(0, -1)]
    [InlineData(99, -1)]
    [InlineData(100, 0)]
    [InlineData(109, 0)]
    [InlineData(110, 1)]
    public void APeriodBeginsWithItsFirstSecond(long second, long number)
    {
        // The first second of era 0 that a timestamp can say.
        const long start = 0x8000_0000;
        var kms = new KeyManagementServer("kms.example.org", UserKeyPeriod_s: 10, UserKeyOffset_s: start + 100);
        Assert.Equal(number, kms.PeriodOf(new NtpTimestamp((ulong)(start + second) << 32)));
    }

    private static long Number(JsonNode node, string key) => node[key]!.GetValue<long>();
}
