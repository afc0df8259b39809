using System.Text.Json.Nodes;
using MediaEngine.Keys;
using MediaEngine.Srtp;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>The published group key and senders under it.</summary>
internal static class GroupKeys
{
    public static JsonNode Vector(int index) =>
        VectorFile.Read("mcx-key-derivation.json").Items("derivation_vectors").ElementAt(index);

    public static KeyIdentifier Identifier(string hex) =>
        KeyIdentifier.TryParse(hex, out KeyIdentifier id) ? id : throw new FormatException(hex);

    public static GroupMasterKey Published(string? gmkId = null)
    {
        JsonNode vector = Vector(0);
        return new GroupMasterKey(Identifier(gmkId ?? vector.Text("gmk_id")), vector.Bytes("gmk"), vector.Bytes("rand"));
    }

    public static SrtpSender Sender(this GroupMasterKey group, KeyIdentifier gukId)
    {
        using SrtpMasterKey key = group.DeriveMediaKey(gukId);
        return new SrtpSender(key, SrtpPolicy.GroupMedia);
    }

    public static SrtpOutcome Unprotect(
        this GroupMediaReceiver receiver, byte[] packet, out byte[] plain, out KeyIdentifier sender)
    {
        byte[] destination = new byte[packet.Length];
        SrtpOutcome outcome = receiver.Unprotect(packet, destination, out int length, out sender);
        plain = destination[..length];
        return outcome;
    }
}
