using System.Text.Json.Serialization;
using MediaEngine.Mcx;

namespace MediaEngine.Server;

/// <summary>How durable records are written; the kinds the store knows.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Registration))]
[JsonSerializable(typeof(Affiliation))]
[JsonSerializable(typeof(PreconfiguredRegroup))]
[JsonSerializable(typeof(ServerSsrcReservation))]
[JsonSerializable(typeof(GroupKey))]
[JsonSerializable(typeof(GroupKeyReceipt))]
[JsonSerializable(typeof(ClientKey))]
[JsonSerializable(typeof(Subscription))]
[JsonSerializable(typeof(PublishedState))]
internal sealed partial class RecordJson : JsonSerializerContext;
