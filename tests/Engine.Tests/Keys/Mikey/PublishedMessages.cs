using System.Text.Json.Nodes;
using MediaEngine.Keys;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>The published I_MESSAGEs: GMK, CSK, PCK, and a GMK in a legacy form.</summary>
internal static class PublishedMessages
{
    public const int Gmk = 0, Csk = 1, Pck = 2, Legacy = 3, Count = 4;

    private static readonly JsonNode File = VectorFile.Read("mcx-i-messages.json");

    public static KeyManagementServer Kms { get; } =
        new(File.Text("kms_uri"), File["user_key_period"]!.GetValue<long>(), File["user_key_offset"]!.GetValue<long>());

    public static DateTimeOffset Time { get; } = new NtpTimestamp(0xec898da800000000).ToUtc();

    public static JsonNode Vector(int index) => File["tests"]![index]!;

    public static byte[] Octets(int index) => Convert.FromBase64String(Vector(index).Text("i_message_base64"));

    public static byte[] UserIdentifierOf(string uri) =>
        File.Items("users").Single(user => user.Text("user_uri") == uri).Bytes("uid");
}
